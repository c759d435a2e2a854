/// A path that names a service plainly, `/v1/services/HOST/BINARY/…`: its bytes, and where the names lie in them.
struct ServicePath: Sendable {
    private static let beginning = "/v1/services/"

    let bytes: [UInt8]
    let host: Range<Int>
    let binary: Range<Int>

    /// Nil for every other target of a request: another path, a query, or names that are encoded or not of ASCII.
    ///
    /// - Parameters:
    ///   - target: What the request is for, as it came.
    ///   - ending: What comes behind the names, with its slash.
    init?(_ target: String, endingIn ending: String) {
        guard target.hasPrefix(Self.beginning), target.hasSuffix(ending) else { return nil }
        let bytes = Array(target.utf8)
        let begin = Self.beginning.utf8.count
        let end = bytes.count - ending.utf8.count
        guard begin < end else { return nil }
        var slash: Int?
        for position in begin..<end {
            switch bytes[position] {
            case UInt8(ascii: "/"):
                guard slash == nil else { return nil }
                slash = position
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0...0x20, 0x7F...: return nil
            default: continue
            }
        }
        guard let slash, begin < slash, slash + 1 < end else { return nil }
        self.bytes = bytes
        host = begin..<slash
        binary = (slash + 1)..<end
    }
}
