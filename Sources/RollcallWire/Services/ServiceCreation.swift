/// The body of `POST /v1/services`: a record before its first heartbeat.
public struct ServiceCreation: Hashable, Codable, Sendable {
    /// The host it will run on.
    public var host: String
    /// The program it will be.
    public var binary: String
    /// The group; by default the binary without a leading `nova-`.
    public var topic: String?
    /// The zone; by default `nova` for topic `compute`, else `internal`.
    public var zone: String?
    /// Enabled unless stated.
    public var status: WireStatus?
    /// Why it is disabled.
    public var disabledReason: String?

    /// A record with that name.
    public init(host: String, binary: String) {
        self.host = host
        self.binary = binary
    }

    private enum CodingKeys: String, CodingKey {
        case host, binary, topic, zone, status
        case disabledReason = "disabled_reason"
    }
}
