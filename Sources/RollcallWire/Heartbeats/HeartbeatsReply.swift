/// The answer to `POST /v1/heartbeats`.
public struct HeartbeatsReply: Hashable, Codable, Sendable {
    /// How many were accepted.
    public var accepted: Int
    /// What the daemon believes of the accepted; with `reply=brief` only of those where something changed.
    public var services: [HeartbeatEntry]
    /// Which were not accepted, and why.
    public var rejected: [HeartbeatRejection]

    /// An answer.
    public init(accepted: Int, services: [HeartbeatEntry], rejected: [HeartbeatRejection]) {
        self.accepted = accepted
        self.services = services
        self.rejected = rejected
    }
}
