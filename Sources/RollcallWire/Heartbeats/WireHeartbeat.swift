/// One heartbeat: "I am here".
///
/// All but host and binary may be left out, and what is left out changes nothing.
public struct WireHeartbeat: Hashable, Codable, Sendable {
    /// The host the service runs on.
    public var host: String
    /// The program it is.
    public var binary: String
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

    /// A heartbeat with nothing but the name of its service.
    public init(host: String, binary: String) {
        self.host = host
        self.binary = binary
    }

    private enum CodingKeys: String, CodingKey {
        case host, binary, topic, zone, version, worker, incarnation, sequence
        case reportInterval = "report_interval"
        case register
    }
}
