/// Who asks, and what they may do.
package struct Identity: Hashable, Sendable {
    /// As the record of changes and the log name them.
    package var name: String
    package var roles: Roles
    /// For whom a reporter beats: any of these hosts and any of these binaries.
    package var hosts: [NamePattern]
    package var binaries: [NamePattern]

    package init(name: String, roles: Roles, hosts: [NamePattern] = [], binaries: [NamePattern] = []) {
        self.name = name
        self.roles = roles
        self.hosts = hosts
        self.binaries = binaries
    }

    /// Whoever reaches a daemon that asks for no credentials.
    static let anybody = Identity(name: "anonymous", roles: .operator)
    /// Whoever is not known, where credentials are asked for.
    static let nobody = Identity(name: "anonymous", roles: [])

    /// Whether it may do what takes a role: an operator may do everything.
    func holds(_ role: Role) -> Bool { !roles.isDisjoint(with: Roles([role, .operator])) }

    /// Whether it may beat for a service.
    func mayReport(host: ArraySlice<UInt8>, binary: ArraySlice<UInt8>) -> Bool {
        roles.contains(.operator)
            || roles.contains(.reporter) && hosts.contains { $0.matches(host) }
                && binaries.contains { $0.matches(binary) }
    }

    /// Who they are and from where they ask, for records and for the log.
    func caller(at address: String?) -> String { "\(name)@\(address ?? "local")" }
}
