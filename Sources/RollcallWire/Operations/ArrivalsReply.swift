/// The answer to `GET /v1/arrivals`: how far apart the heartbeats came that one daemon heard.
public struct ArrivalsReply: Hashable, Codable, Sendable {
    /// The daemon that answers.
    public var daemon: String
    /// From when on it tells; what was before it started it does not know.
    public var since: WireTime
    /// One entry for each kind of service.
    public var arrivals: [WireArrivals]

    /// An answer with these entries.
    public init(daemon: String, since: WireTime, arrivals: [WireArrivals]) {
        self.daemon = daemon
        self.since = since
        self.arrivals = arrivals
    }
}
