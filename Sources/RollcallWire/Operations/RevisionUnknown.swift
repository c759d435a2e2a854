/// The detail of ``WireErrorCode/revisionUnknown``: where the log begins and ends.
public struct RevisionUnknown: Hashable, Codable, Sendable {
    /// The oldest position kept.
    public var oldest: Int64
    /// The newest position.
    public var newest: Int64
    /// Which log the positions are of.
    public var logID: String

    /// The bounds of a log.
    public init(oldest: Int64, newest: Int64, logID: String) {
        self.oldest = oldest
        self.newest = newest
        self.logID = logID
    }

    /// The bounds in an error's detail; `nil` when it is another error.
    public init?(_ error: WireError) {
        guard error.code == .revisionUnknown,
            case .integer(let oldest)? = error.detail["oldest"],
            case .integer(let newest)? = error.detail["newest"],
            case .string(let logID)? = error.detail["log_id"]
        else { return nil }
        self.init(oldest: oldest, newest: newest, logID: logID)
    }

    /// The bounds as the detail of an error.
    public var detail: [String: WireValue] {
        ["oldest": .integer(oldest), "newest": .integer(newest), "log_id": .string(logID)]
    }

    private enum CodingKeys: String, CodingKey {
        case oldest, newest
        case logID = "log_id"
    }
}
