internal import ArgumentParser
internal import DirectReporting
internal import DriverCompany
internal import Foundation

/// Whom an agent tells itself that its service lives.
struct DirectOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Tell the driver's back end itself; the first heartbeat and the end still go to a daemon.",
            discussion: "It is named by --zookeeper or --memcached, or by the variables that daemons read."
        )
    )
    var direct = false

    @Option(help: ArgumentHelp("ZooKeeper's servers (ROLLCALL_ZOOKEEPER_HOSTS).", valueName: "host:port,…"))
    var zookeeper: String?

    @Option(
        help: ArgumentHelp(
            "The node below which services are kept (ROLLCALL_ZOOKEEPER_PREFIX); /servicegroups.",
            valueName: "path"
        )
    )
    var zookeeperPrefix: String?

    @Option(
        help: ArgumentHelp(
            "How long its session outlasts it (ROLLCALL_ZOOKEEPER_SESSION_TIMEOUT); 10s.",
            valueName: "duration"
        )
    )
    var zookeeperSessionTimeout: DurationText?

    @Option(
        help: ArgumentHelp(
            "A file whose first line is USER:PASSWORD (ROLLCALL_ZOOKEEPER_DIGEST_FILE).",
            valueName: "file"
        )
    )
    var zookeeperDigestFile: String?

    @Option(
        help: ArgumentHelp(
            "memcached's servers, in the daemons' order (ROLLCALL_MEMCACHED_SERVERS).",
            valueName: "host:port,…"
        )
    )
    var memcached: String?

    @Option(
        help: ArgumentHelp("What keys begin with (ROLLCALL_MEMCACHED_NAMESPACE); rollcall.", valueName: "name")
    )
    var memcachedNamespace: String?

    /// The back end; nil where all goes to daemons.
    func driver() throws -> DirectDriver? {
        guard direct else { return nil }
        let environment = Console.current.environment
        func setting(_ flag: String?, _ variable: String) -> String? {
            (flag ?? environment[variable]).flatMap { $0.isEmpty ? nil : $0 }
        }
        // A flag counts before what the environment says of another back end.
        let isNamed = zookeeper != nil || memcached != nil
        let hosts = isNamed ? zookeeper : setting(nil, "ROLLCALL_ZOOKEEPER_HOSTS")
        let servers = isNamed ? memcached : setting(nil, "ROLLCALL_MEMCACHED_SERVERS")
        switch (hosts, servers) {
        case (let hosts?, nil):
            return .zooKeeper(
                hosts: try addresses(hosts, "--zookeeper"),
                prefix: try prefix(setting(zookeeperPrefix, "ROLLCALL_ZOOKEEPER_PREFIX") ?? "/servicegroups"),
                sessionTimeout: try timeout(environment["ROLLCALL_ZOOKEEPER_SESSION_TIMEOUT"]),
                digest: try setting(zookeeperDigestFile, "ROLLCALL_ZOOKEEPER_DIGEST_FILE").map(digest)
            )
        case (nil, let servers?):
            return .memcached(
                servers: try addresses(servers, "--memcached"),
                namespace: setting(memcachedNamespace, "ROLLCALL_MEMCACHED_NAMESPACE") ?? "rollcall"
            )
        case (nil, nil): throw usage("--direct: no back end is named; expected --zookeeper or --memcached")
        case (_?, _?):
            throw usage("--direct: two back ends are named; expected --zookeeper or --memcached, and not both")
        }
    }

    private func addresses(_ text: String, _ option: String) throws -> [ServerAddress] {
        let parts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let addresses = try parts.map { part in
            guard let address = ServerAddress(part) else {
                throw usage("\(option): \"\(part)\" is no server; expected HOST:PORT")
            }
            return address
        }
        if addresses.isEmpty { throw usage("\(option): no server is named; expected HOST:PORT") }
        return addresses
    }

    private func prefix(_ text: String) throws -> String {
        guard text.hasPrefix("/"), text.count > 1, !text.hasSuffix("/"), !text.contains("//") else {
            throw usage("--zookeeper-prefix: \"\(text)\" is no path; expected one such as /servicegroups")
        }
        return text
    }

    private func timeout(_ variable: String?) throws -> Duration {
        if let zookeeperSessionTimeout { return try bounded(zookeeperSessionTimeout) }
        guard let variable, !variable.isEmpty else { return .seconds(10) }
        guard let duration = DurationText(variable) else {
            throw usage("ROLLCALL_ZOOKEEPER_SESSION_TIMEOUT: \"\(variable)\" is no duration; expected one such as 10s")
        }
        return try bounded(duration)
    }

    private func bounded(_ text: DurationText) throws -> Duration {
        guard (1...600).contains(text.seconds) else {
            throw usage("the session timeout is \(text.seconds) s; expected 1s to 10m")
        }
        return text.duration
    }

    private func digest(_ file: String) throws -> String {
        do {
            return String(try String(contentsOfFile: file, encoding: .utf8).prefix { !$0.isNewline })
        } catch {
            throw usage("--zookeeper-digest-file: \(file) cannot be read: \(error.localizedDescription)")
        }
    }

    private func usage(_ message: String) -> Failure { Failure(status: Failure.usage, message) }
}
