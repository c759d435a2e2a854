/// What the daemon believes of a service that was just heard: the answer to one heartbeat.
public struct HeartbeatEntry: Hashable, Sendable {
    /// The position of the heartbeat in its call; 0 for a single one.
    public var index: Int
    /// The host of the service.
    public var host: String
    /// Its program.
    public var binary: String
    /// Which of several processes; `""` when it named none.
    public var worker: String
    /// The record.
    public var uuid: String
    /// A fencing token: grows with each incarnation.
    ///
    /// `nil` when none is used, or the database is away.
    public var incarnationNumber: Int64?
    /// Up, down or unknown.
    public var state: WireState
    /// Why.
    public var stateReason: WireReason
    /// Enabled or disabled.
    public var status: WireStatus
    /// Seconds between heartbeats that the daemon expects of it.
    public var reportInterval: Double
    /// Seconds until its next heartbeat should come; jittered.
    public var nextReportIn: Double
    /// Seconds until it would be down without another; `nil` when nothing is due.
    public var deadlineIn: Double?

    /// The answer about one service; everything else starts as for a service that is up and enabled.
    public init(index: Int, host: String, binary: String, worker: String = "", uuid: String) {
        self.index = index
        self.host = host
        self.binary = binary
        self.worker = worker
        self.uuid = uuid
        state = .up
        stateReason = .heartbeat
        status = .enabled
        reportInterval = 10
        nextReportIn = 10
    }
}

extension HeartbeatEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case index, host, binary, worker, uuid
        case incarnationNumber = "incarnation_number"
        case state
        case stateReason = "state_reason"
        case status
        case reportInterval = "report_interval"
        case nextReportIn = "next_report_in"
        case deadlineIn = "deadline_in"
    }

    /// Reads an answer; fields of later versions are ignored.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        index = try container.decodeIfPresent(Int.self, forKey: .index) ?? 0
        host = try container.decode(String.self, forKey: .host)
        binary = try container.decode(String.self, forKey: .binary)
        worker = try container.decodeIfPresent(String.self, forKey: .worker) ?? ""
        uuid = try container.decode(String.self, forKey: .uuid)
        incarnationNumber = try container.decodeIfPresent(Int64.self, forKey: .incarnationNumber)
        state = try container.decode(WireState.self, forKey: .state)
        stateReason = try container.decode(WireReason.self, forKey: .stateReason)
        status = try container.decode(WireStatus.self, forKey: .status)
        reportInterval = try container.decode(Double.self, forKey: .reportInterval)
        nextReportIn = try container.decode(Double.self, forKey: .nextReportIn)
        deadlineIn = try container.decodeIfPresent(Double.self, forKey: .deadlineIn)
    }

    /// Writes every field, empty ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(index, forKey: .index)
        try container.encode(host, forKey: .host)
        try container.encode(binary, forKey: .binary)
        try container.encode(worker, forKey: .worker)
        try container.encode(uuid, forKey: .uuid)
        try container.encode(incarnationNumber, forKey: .incarnationNumber)
        try container.encode(state, forKey: .state)
        try container.encode(stateReason, forKey: .stateReason)
        try container.encode(status, forKey: .status)
        try container.encode(reportInterval, forKey: .reportInterval)
        try container.encode(nextReportIn, forKey: .nextReportIn)
        try container.encode(deadlineIn, forKey: .deadlineIn)
    }
}
