import FoundationEssentials

/// What stands in a daemon's node: `{"v":1,"beat":N,"complete":bool,"release":N}`.
struct DaemonNode: Hashable, Sendable, Decodable {
    /// Far more flushes than there will be.
    private static let largestBeat = Int64.max / 4

    /// Moves with every flush: the library keeps a hung daemon's session alive by itself.
    var beat: Int64
    /// Everything that the daemon keeps alive has its node.
    var isComplete: Bool
    var release: Int32

    private enum CodingKeys: String, CodingKey {
        case v, beat, complete, release
    }

    init(beat: Int64, isComplete: Bool, release: Int32) {
        self.beat = beat
        self.isComplete = isComplete
        self.release = release
    }

    /// nil for what is no such value: of a later version, or of somebody else.
    init?(_ text: String) {
        guard let node = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = node
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let version = try values.decode(Int.self, forKey: .v)
        beat = try values.decode(Int64.self, forKey: .beat)
        guard version == 1, (0...Self.largestBeat).contains(beat) else {
            throw DecodingError.dataCorruptedError(forKey: .v, in: values, debugDescription: "not of this version")
        }
        isComplete = try values.decode(Bool.self, forKey: .complete)
        release = try values.decodeIfPresent(Int32.self, forKey: .release) ?? 0
    }

    var text: String { #"{"v":1,"beat":\#(beat),"complete":\#(isComplete),"release":\#(release)}"# }
}
