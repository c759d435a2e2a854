/// A state with its reason and since when.
public struct WireVerdict: Hashable, Codable, Sendable {
    /// Up, down or unknown.
    public var state: WireState
    /// Why.
    public var reason: WireReason
    /// Since when.
    public var since: WireTime?

    /// A verdict.
    public init(state: WireState, reason: WireReason, since: WireTime?) {
        self.state = state
        self.reason = reason
        self.since = since
    }
}
