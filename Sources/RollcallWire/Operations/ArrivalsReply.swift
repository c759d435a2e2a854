/// The answer to `GET /v1/arrivals`: how far apart heartbeats came, as the daemons of one database heard them.
public struct ArrivalsReply: Hashable, Codable, Sendable {
    /// Those who heard them, by id.
    public var daemons: [String]
    /// From when on it tells.
    public var since: WireTime
    /// One entry for each kind of service.
    public var arrivals: [WireArrivals]

    /// An answer with these entries.
    public init(daemons: [String], since: WireTime, arrivals: [WireArrivals]) {
        self.daemons = daemons
        self.since = since
        self.arrivals = arrivals
    }
}
