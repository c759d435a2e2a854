public import RollcallWire

/// Which services a list holds.
///
/// Filters are exact; several values of one mean any of them.
public struct ServiceQuery: Hashable, Sendable {
    /// Hosts.
    public var hosts: [String] = []
    /// Programs.
    public var binaries: [String] = []
    /// Topics.
    public var topics: [String] = []
    /// Zones.
    public var zones: [String] = []
    /// States.
    public var states: [WireState] = []
    /// Statuses.
    public var statuses: [WireStatus] = []
    /// How unknown is to be read before the states are compared; as it is when `nil`.
    public var unknownAs: UnknownAs?
    /// Services a page; all when `nil`.
    public var limit: Int?
    /// Where the page begins: the last uuid of the page before.
    public var marker: String?

    /// All services.
    public init() {}

    func add(to target: inout RequestTarget) {
        target.add("host", hosts)
        target.add("binary", binaries)
        target.add("topic", topics)
        target.add("zone", zones)
        target.add("state", states.map(\.rawValue))
        target.add("status", statuses.map(\.rawValue))
        target.add("unknown_as", unknownAs?.rawValue)
        target.add("limit", limit.map(String.init))
        target.add("marker", marker)
    }
}
