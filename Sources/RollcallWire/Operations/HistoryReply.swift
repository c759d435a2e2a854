/// The answer to `GET /v1/services/{uuid}/history`.
public struct HistoryReply: Hashable, Codable, Sendable {
    /// What happened to the service, in order.
    public var transitions: [WireTransition]

    /// An answer with these entries.
    public init(transitions: [WireTransition]) {
        self.transitions = transitions
    }
}
