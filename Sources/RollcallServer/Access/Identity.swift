package import LivenessCore
import LivenessEngine

/// Who asks, and what they may do.
package struct Identity: Hashable, Sendable {
    /// As the record of changes and the log name them.
    package var name: String
    package var roles: Roles
    /// For whom a reporter beats: any of these hosts and any of these binaries.
    package var hosts: [NamePattern]
    package var binaries: [NamePattern]
    /// Where a reporter may say that its services belong; what they say nothing of is as it is for everybody.
    package var topics: [NamePattern]
    package var zones: [NamePattern]
    /// Requests it may send in a second; `nil` where it may send as many as it likes.
    package var requestsPerSecond: Int?

    package init(
        name: String,
        roles: Roles,
        hosts: [NamePattern] = [],
        binaries: [NamePattern] = [],
        topics: [NamePattern] = [],
        zones: [NamePattern] = [],
        requestsPerSecond: Int? = nil
    ) {
        self.name = name
        self.roles = roles
        self.hosts = hosts
        self.binaries = binaries
        self.topics = topics
        self.zones = zones
        self.requestsPerSecond = requestsPerSecond
    }

    /// Whoever reaches a daemon that asks for no credentials.
    static func anybody(at peer: Peer) -> Identity {
        if case .user(let user) = peer { .operator(user) } else { anonymous }
    }

    private static let anonymous = Identity(name: "anonymous", roles: .operator)

    /// A user of this machine who may do everything.
    static func `operator`(_ user: LocalUser) -> Identity { Identity(name: user.name, roles: .operator) }

    /// Whoever is not known, where credentials are asked for.
    static let nobody = Identity(name: "anonymous", roles: [])

    /// Whether it may do what takes a role: an operator may do everything.
    func holds(_ role: Role) -> Bool { !roles.isDisjoint(with: Roles([role, .operator])) }

    /// Whether it may beat for a service; for the daemons' own no reporter may.
    func mayReport(host: ArraySlice<UInt8>, binary: ArraySlice<UInt8>) -> Bool {
        if roles.contains(.operator) { return true }
        return roles.contains(.reporter) && !binary.elementsEqual(OwnRecord.binary.utf8)
            && hosts.contains { $0.matches(host) } && binaries.contains { $0.matches(binary) }
    }

    /// Whether it may say that a service belongs to a topic and a zone; one of which it says nothing is empty.
    func mayPlace(topic: ArraySlice<UInt8>, zone: ArraySlice<UInt8>) -> Bool {
        if roles.contains(.operator) { return true }
        return (topic.isEmpty || topics.contains { $0.matches(topic) })
            && (zone.isEmpty || zones.contains { $0.matches(zone) })
    }

    /// Who they are and from where they ask, for records and for the log.
    func caller(at address: String?) -> String { "\(name)@\(address ?? "local")" }
}
