/// A record that holds the minimum version.
public struct VersionHolder: Hashable, Codable, Sendable {
    /// The record.
    public var uuid: String
    /// Its host.
    public var host: String
    /// Up, down or unknown.
    public var state: WireState
    /// Why.
    public var reason: WireReason?
    /// Since when.
    public var since: WireTime?
    /// Seconds since it was last heard; `nil` when it never was.
    public var age: Double?

    /// A record that holds the minimum.
    public init(uuid: String, host: String, state: WireState) {
        self.uuid = uuid
        self.host = host
        self.state = state
    }
}
