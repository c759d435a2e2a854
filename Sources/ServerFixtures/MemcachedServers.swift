import Foundation
import Synchronization
package import Testing

/// Two memcached servers on free ports of loopback.
package final class MemcachedServers: TestedServer {
    @TaskLocal package static var current: MemcachedServers?

    /// One of them.
    package final class Server: Sendable {
        package let port: UInt16
        private let folder: TemporaryFolder
        private let process: Mutex<SpawnedProcess>

        fileprivate init(_ folder: TemporaryFolder, port: UInt16) async throws {
            self.folder = folder
            self.port = port
            process = Mutex(try Self.spawn(port, folder))
            try await ready()
        }

        /// One on a port that nobody else has taken between finding it free and listening there.
        fileprivate static func started(_ folder: TemporaryFolder) async throws -> Server {
            for _ in 0..<mostPorts {
                do {
                    return try await Server(folder, port: freePort())
                } catch let error as ServerFailed where error.messages.contains("already in use") {}
            }
            return try await Server(folder, port: freePort())
        }

        private static let mostPorts = 5

        private static let user = String(cString: getpwuid(geteuid()).pointee.pw_name)

        private static func spawn(_ port: UInt16, _ folder: TemporaryFolder) throws -> SpawnedProcess {
            try SpawnedProcess(
                "/usr/bin/memcached",
                ["--listen=127.0.0.1", "--port=\(port)", "--udp-port=0", "--user=\(user)", "--memory-limit=16"]
                    + ["--threads=1"],
                environment: ["PATH": "/usr/bin:/bin"],
                output: "\(folder.path)/memcached-\(port)"
            )
        }

        private func ready() async throws {
            try await eventually("memcached answers on port \(port)") {
                let server = current
                if server.ending != nil { throw ServerFailed(what: "memcached", messages: server.messages) }
                return isListening(port)
            }
        }

        /// The server, for signals.
        package var current: SpawnedProcess { process.withLock { $0 } }

        /// Empties it, while it goes on.
        package func empty() throws {
            guard ask(port, "flush_all\r\nquit\r\n") == "OK\r\n" else {
                throw ServerFailed(what: "memcached", messages: "flush_all was not answered")
            }
        }

        /// Kills it and starts it again, empty.
        package func killAndRestart() async throws {
            current.end()
            for _ in 0..<Self.mostPorts {
                let successor = try Self.spawn(port, folder)
                process.withLock { $0 = successor }
                do {
                    return try await ready()
                } catch let error as ServerFailed where error.messages.contains("already in use") {}
            }
            throw ServerFailed(what: "memcached", messages: current.messages)
        }
    }

    package let servers: [Server]

    /// The servers of this suite.
    package static func here() throws -> MemcachedServers {
        guard let current else { throw NoServer() }
        return current
    }

    private init() async throws {
        let folder = try TemporaryFolder("memcached")
        servers = [try await Server.started(folder), try await Server.started(folder)]
    }

    package static func provide(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        let servers = try await MemcachedServers()
        defer { for server in servers.servers { server.current.end() } }
        try await $current.withValue(servers) { try await body() }
    }
}

extension Trait where Self == ServerTrait<MemcachedServers> {
    /// Two memcached servers for the tests of a suite.
    package static var memcached: Self { Self() }
}
