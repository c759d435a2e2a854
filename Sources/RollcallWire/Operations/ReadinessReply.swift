/// The answer to `GET /readyz`.
public struct ReadinessReply: Hashable, Codable, Sendable {
    /// Whether the daemon can answer from its snapshot and is not draining.
    public var ready: Bool
    /// Whether the database answers.
    public var database: BackEndHealth
    /// Whether the driver's back end answers.
    public var driver: BackEndHealth
    /// Since when all of this is so.
    public var since: WireTime?

    /// An answer.
    public init(ready: Bool, database: BackEndHealth, driver: BackEndHealth, since: WireTime?) {
        self.ready = ready
        self.database = database
        self.driver = driver
        self.since = since
    }
}
