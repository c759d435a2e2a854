/// The answer to `GET /v1/transitions`.
public struct TransitionsReply: Hashable, Codable, Sendable {
    /// What happened after the position asked from, in order.
    public var transitions: [WireTransition]
    /// The position to ask from next.
    public var revision: Int64
    /// Which log the positions are of.
    public var logID: String

    /// An answer with these entries.
    public init(transitions: [WireTransition], revision: Int64, logID: String) {
        self.transitions = transitions
        self.revision = revision
        self.logID = logID
    }

    private enum CodingKeys: String, CodingKey {
        case transitions, revision
        case logID = "log_id"
    }
}
