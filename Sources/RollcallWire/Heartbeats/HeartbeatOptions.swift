/// The body of `PUT /v1/services/{host}/{binary}/heartbeat`: a heartbeat whose name is in the path.
///
/// It may be empty.
public struct HeartbeatOptions: Hashable, Codable, Sendable {
    /// The group it belongs to; used when the record is created.
    public var topic: String?
    /// Where it is; used when the record is created, and after that unless an operator set one.
    public var zone: String?
    /// The version of the program, 0 to 2^31 - 1.
    public var version: Int64?
    /// Which of several processes of one service on one host; none is `""`.
    public var worker: String?
    /// Chosen anew by each start of the process.
    public var incarnation: String?
    /// Grows with each heartbeat; without one every arrival counts as new.
    public var sequence: Int64?
    /// Seconds until its next heartbeat as the service plans it.
    public var reportInterval: Double?
    /// Create the record again although it was deleted; only for services without incarnations.
    public var register: Bool?
    /// Answer only after the heartbeat has been written to the database.
    public var durable: Bool?

    /// Nothing stated.
    public init() {}

    /// What a heartbeat states beside its name.
    public init(_ heartbeat: WireHeartbeat) {
        topic = heartbeat.topic
        zone = heartbeat.zone
        version = heartbeat.version
        worker = heartbeat.worker
        incarnation = heartbeat.incarnation
        sequence = heartbeat.sequence
        reportInterval = heartbeat.reportInterval
        register = heartbeat.register
    }

    /// The heartbeat of the service that the path names.
    public func heartbeat(host: String, binary: String) -> WireHeartbeat {
        var heartbeat = WireHeartbeat(host: host, binary: binary)
        heartbeat.topic = topic
        heartbeat.zone = zone
        heartbeat.version = version
        heartbeat.worker = worker
        heartbeat.incarnation = incarnation
        heartbeat.sequence = sequence
        heartbeat.reportInterval = reportInterval
        heartbeat.register = register
        return heartbeat
    }

    private enum CodingKeys: String, CodingKey {
        case topic, zone, version, worker, incarnation, sequence
        case reportInterval = "report_interval"
        case register, durable
    }
}
