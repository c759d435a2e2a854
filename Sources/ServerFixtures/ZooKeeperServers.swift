import Foundation
import Synchronization
package import Testing

/// One ZooKeeper server, or three that make an ensemble, on free ports of loopback.
package final class ZooKeeperServers: Sendable {
    /// One of them.
    package final class Server: Sendable {
        package let port: UInt16
        private let folder: String
        private let process: Mutex<SpawnedProcess>

        fileprivate init(_ folder: String, port: UInt16) throws {
            self.folder = folder
            self.port = port
            process = Mutex(try Self.spawn(folder))
        }

        /// What Debian's package would run, with little memory: a test's trees are small.
        private static func spawn(_ folder: String) throws -> SpawnedProcess {
            try SpawnedProcess(
                "/usr/bin/java",
                [
                    "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.forceSync=no",
                    "-cp", "/usr/share/java/zookeeper.jar",
                    "org.apache.zookeeper.server.quorum.QuorumPeerMain", "\(folder)/zoo.cfg",
                ],
                environment: ["PATH": "/usr/bin:/bin"],
                output: "\(folder)/server"
            )
        }

        /// The server, for signals.
        package var current: SpawnedProcess { process.withLock { $0 } }

        package var address: String { "127.0.0.1:\(port)" }

        /// Kills it and starts it again, with what it had on its disk or with nothing.
        package func killAndRestart(isEmptied: Bool = false) throws {
            current.end()
            if isEmptied { try FileManager.default.removeItem(atPath: "\(folder)/data/version-2") }
            let successor = try Self.spawn(folder)
            process.withLock { $0 = successor }
        }

        /// `leader`, `follower` or `standalone`; nil while it serves nobody.
        package var mode: String? { statistic("Mode") }

        /// How many nodes it holds; nil while it serves nobody.
        package var nodes: Int? { statistic("Node count").flatMap { Int($0) } }

        private func statistic(_ name: String) -> String? {
            ask(port, "srvr")?.split(separator: "\n").first { $0.hasPrefix("\(name): ") }
                .map { String($0.dropFirst(name.count + 2)) }
        }
    }

    package let servers: [Server]
    private let folder: TemporaryFolder

    /// For clients: all of them.
    package var hosts: [String] { servers.map(\.address) }

    private init(_ count: Int) async throws {
        folder = try TemporaryFolder("zookeeper")
        let ports = (0..<count * 3).map { _ in freePort() }
        var made: [Server] = []
        for number in 0..<count {
            let home = "\(folder.path)/\(number)"
            try FileManager.default.createDirectory(atPath: "\(home)/data", withIntermediateDirectories: true)
            var lines = [
                "tickTime=500", "initLimit=20", "syncLimit=10", "dataDir=\(home)/data", "clientPort=\(ports[number])",
                "clientPortAddress=127.0.0.1", "admin.enableServer=false", "maxClientCnxns=0",
                "4lw.commands.whitelist=srvr",
            ]
            if count > 1 {
                for other in 0..<count {
                    lines.append("server.\(other + 1)=127.0.0.1:\(ports[count + other]):\(ports[count * 2 + other])")
                }
                try "\(number + 1)".write(toFile: "\(home)/data/myid", atomically: true, encoding: .utf8)
            }
            try lines.joined(separator: "\n").write(toFile: "\(home)/zoo.cfg", atomically: true, encoding: .utf8)
            made.append(try Server(home, port: ports[number]))
        }
        servers = made
        try await ready()
    }

    /// Returns when every server that runs serves clients.
    package func ready() async throws {
        for server in servers {
            try await eventually("ZooKeeper serves on port \(server.port)") {
                if server.current.ending != nil {
                    throw ServerFailed(what: "ZooKeeper", messages: server.current.messages + server.current.output)
                }
                return server.mode != nil
            }
        }
    }

    private func end() { for server in servers { server.current.end() } }

    /// Starts them, one after another failed attempt over another's port, and ends them.
    fileprivate static func provide(
        _ count: Int,
        _ body: @concurrent @Sendable (ZooKeeperServers) async throws -> Void
    ) async throws {
        let servers = try await started(count)
        defer { servers.end() }
        try await body(servers)
    }

    private static func started(_ count: Int) async throws -> ZooKeeperServers {
        do {
            return try await ZooKeeperServers(count)
        } catch is ServerFailed {
            // It says nothing when another program has taken a port meanwhile.
            return try await ZooKeeperServers(count)
        }
    }
}

/// A single server.
package struct ZooKeeperServer: TestedServer {
    @TaskLocal package static var current: ZooKeeperServer?

    package let servers: ZooKeeperServers

    package static func here() throws -> ZooKeeperServers {
        guard let current else { throw NoServer() }
        return current.servers
    }

    package static func provide(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        try await ZooKeeperServers.provide(1) { servers in
            try await $current.withValue(ZooKeeperServer(servers: servers)) { try await body() }
        }
    }
}

/// Three servers that serve as long as two of them run.
package struct ZooKeeperEnsemble: TestedServer {
    @TaskLocal package static var current: ZooKeeperEnsemble?

    package let servers: ZooKeeperServers

    package static func here() throws -> ZooKeeperServers {
        guard let current else { throw NoServer() }
        return current.servers
    }

    package static func provide(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        try await ZooKeeperServers.provide(3) { servers in
            try await $current.withValue(ZooKeeperEnsemble(servers: servers)) { try await body() }
        }
    }
}

extension Trait where Self == ServerTrait<ZooKeeperServer> {
    /// A ZooKeeper server for the tests of a suite.
    package static var zooKeeper: Self { Self() }
}

extension Trait where Self == ServerTrait<ZooKeeperEnsemble> {
    /// An ensemble of three ZooKeeper servers for the tests of a suite.
    package static var zooKeeperEnsemble: Self { Self() }
}
