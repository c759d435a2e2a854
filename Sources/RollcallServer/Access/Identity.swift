import NIOCore

/// Who asks, and what they may do.
package struct Identity: Hashable, Sendable {
    /// As the record of changes and the log name them.
    package var name: String
    package var roles: Set<Role>
    /// For whom a reporter beats: any of these hosts and any of these binaries.
    package var hosts: [NamePattern]
    package var binaries: [NamePattern]

    package init(name: String, roles: Set<Role>, hosts: [NamePattern] = [], binaries: [NamePattern] = []) {
        self.name = name
        self.roles = roles
        self.hosts = hosts
        self.binaries = binaries
    }

    /// Whoever reaches a daemon that asks for no credentials.
    static let anybody = Identity(name: "anonymous", roles: [.operator])

    var mayOperate: Bool { roles.contains(.operator) }
    var mayAsk: Bool { mayOperate || roles.contains(.reader) }
    /// Whether there are services it may beat for.
    var mayReport: Bool { mayOperate || roles.contains(.reporter) }

    /// Whether it may beat for a service.
    func mayReport(host: ArraySlice<UInt8>, binary: ArraySlice<UInt8>) -> Bool {
        mayOperate
            || roles.contains(.reporter) && hosts.contains { $0.matches(host) }
                && binaries.contains { $0.matches(binary) }
    }

    /// Who they are and from where they ask, for records and for the log.
    func caller(at channel: any Channel) -> String {
        "\(name)@\(channel.remoteAddress?.ipAddress ?? "local")"
    }
}
