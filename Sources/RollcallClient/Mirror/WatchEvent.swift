internal import FoundationEssentials
internal import RollcallWire

/// One event of `GET /v1/watch`.
enum WatchEvent {
    /// Some of the services that there are; the last of a snapshot is complete, and says whether something of it is what
    /// no log tells.
    case snapshot([WireService], revision: Int64, logID: String, isComplete: Bool, isInDoubt: Bool = false)
    case change(WireTransition)
    /// The daemon has lost what it stands on, or has it again.
    case health(isLost: Bool)
    /// The daemon will say no more: this reader is too slow.
    case lagging
    /// What a daemon of a later version says beside.
    case other

    private struct Snapshot: Decodable {
        var services: [WireService]
        var revision: Int64
        var logID: String
        var complete: Bool
        /// Earlier daemons do not say it.
        var inDoubt: Bool?

        enum CodingKeys: String, CodingKey {
            case services, revision, complete
            case logID = "log_id"
            case inDoubt = "in_doubt"
        }
    }

    /// - Throws: When the data is not what the name says.
    init(name: String, data: [UInt8]) throws {
        switch name {
        case "snapshot":
            let snapshot = try WireJSON.decode(Snapshot.self, from: Data(data))
            self = .snapshot(
                snapshot.services,
                revision: snapshot.revision,
                logID: snapshot.logID,
                isComplete: snapshot.complete,
                isInDoubt: snapshot.inDoubt ?? false
            )
        case "change": self = .change(try WireJSON.decode(WireTransition.self, from: Data(data)))
        case "degraded": self = .health(isLost: true)
        case "recovered": self = .health(isLost: false)
        case "lagging": self = .lagging
        default: self = .other
        }
    }
}
