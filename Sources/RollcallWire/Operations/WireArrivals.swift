/// How far apart the heartbeats of services with one topic, interval and down time came.
public struct WireArrivals: Hashable, Codable, Sendable {
    /// The topic.
    public var topic: String
    /// How often they report, in seconds.
    public var reportInterval: Double
    /// How long their silence is tolerated, in seconds.
    public var serviceDownTime: Double
    /// From which length on gaps are counted, in seconds.
    public var countedFrom: Double
    /// Services called down for silence.
    public var deaths: Int
    /// Those of them that beat on in the incarnation they had: they lived.
    public var mistakes: Int
    /// The gaps, by their length.
    public var gaps: [WireGap]

    /// An entry.
    public init(
        topic: String,
        reportInterval: Double,
        serviceDownTime: Double,
        countedFrom: Double,
        deaths: Int,
        mistakes: Int,
        gaps: [WireGap]
    ) {
        self.topic = topic
        self.reportInterval = reportInterval
        self.serviceDownTime = serviceDownTime
        self.countedFrom = countedFrom
        self.deaths = deaths
        self.mistakes = mistakes
        self.gaps = gaps
    }

    private enum CodingKeys: String, CodingKey {
        case topic
        case reportInterval = "report_interval"
        case serviceDownTime = "service_down_time"
        case countedFrom = "counted_from"
        case deaths, mistakes, gaps
    }
}
