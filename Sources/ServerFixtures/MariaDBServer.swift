import Foundation
import Glibc
import Synchronization
package import Testing

/// A MariaDB server in a temporary directory, on a Unix socket and on a port of loopback.
package final class MariaDBServer: TestedServer {
    @TaskLocal package static var current: MariaDBServer?

    package let port: UInt16
    /// What it shows of itself to whoever wants to talk encrypted.
    package let certificates: Certificates
    private let folder: TemporaryFolder
    private let process: Mutex<SpawnedProcess>
    private let databases = Mutex(0)
    private let variables: [String: String]
    private let options: [String]

    package var socket: String { "\(folder.path)/s" }

    /// The server of this suite.
    package static func here() throws -> MariaDBServer {
        guard let current else { throw NoServer() }
        return current
    }

    package static func provide(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        try await provide(with: [:], body)
    }

    /// Starts one with more in its environment and on its command line, hands it to `body` as the current one, and ends it.
    package static func provide(
        with variables: [String: String],
        options: [String] = [],
        _ body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let server = try await MariaDBServer(variables, options)
        defer { server.process.withLock { $0.end() } }
        try await $current.withValue(server) { try await body() }
    }

    private init(_ variables: [String: String], _ options: [String]) async throws {
        self.variables = variables
        self.options = options
        // Short: the path of a socket has little room.
        folder = try TemporaryFolder("mdb")
        port = freePort()
        // A server that starts removes the temporary tables it finds, also those of others.
        try FileManager.default.createDirectory(atPath: "\(folder.path)/tmp", withIntermediateDirectories: false)
        let installation = try SpawnedProcess(
            "/usr/bin/mariadb-install-db",
            ["--no-defaults", "--datadir=\(folder.path)/data", "--auth-root-authentication-method=normal"]
                + ["--skip-test-db", "--user=\(Self.user)", "--tmpdir=\(folder.path)/tmp"],
            environment: Self.environment,
            output: "\(folder.path)/install"
        )
        guard try await installation.ended() == .exited(0) else {
            throw ServerFailed(what: "mariadb-install-db", messages: installation.output + installation.messages)
        }
        certificates = try await Certificates(in: folder.path)
        process = Mutex(try Self.spawn(folder, port, variables, options))
        try await ready()
    }

    private static let user = String(cString: getpwuid(geteuid()).pointee.pw_name)
    private static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"]

    /// What is committed is on disk, as in life, so that a kill loses nothing.
    private static func spawn(
        _ folder: TemporaryFolder,
        _ port: UInt16,
        _ variables: [String: String],
        _ options: [String]
    ) throws -> SpawnedProcess {
        try SpawnedProcess(
            "/usr/sbin/mariadbd",
            [
                "--no-defaults", "--user=\(user)", "--datadir=\(folder.path)/data", "--socket=\(folder.path)/s",
                "--pid-file=\(folder.path)/pid", "--tmpdir=\(folder.path)/tmp", "--bind-address=127.0.0.1",
                "--port=\(port)", "--skip-name-resolve",
                "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M", "--skip-log-bin",
                "--performance-schema=OFF", "--max-connections=2000",
                "--ssl-ca=\(folder.path)/authority.pem", "--ssl-cert=\(folder.path)/server.pem",
                "--ssl-key=\(folder.path)/server.key",
            ] + options,
            environment: environment.merging(variables) { _, new in new },
            output: "\(folder.path)/server"
        )
    }

    private func ready() async throws {
        try await eventually("mariadbd answers") {
            let server = process.withLock { $0 }
            if server.ending != nil { throw ServerFailed(what: "mariadbd", messages: server.messages) }
            return try await run("SELECT 1") == 0
        }
    }

    // MARK: What tests do to it

    /// A new database, empty, and its name.
    package func makeDatabase() async throws -> String {
        let number = databases.withLock { count in
            count += 1
            return count
        }
        try await execute("CREATE DATABASE d\(number) DEFAULT CHARACTER SET utf8mb4")
        return "d\(number)"
    }

    /// Runs statements as root.
    package func execute(_ sql: String) async throws {
        guard try await run(sql) == 0 else { throw ServerFailed(what: sql, messages: "") }
    }

    private func run(_ sql: String) async throws -> Int32 {
        let client = try SpawnedProcess(
            "/usr/bin/mariadb",
            ["--no-defaults", "--socket=\(socket)", "--user=root", "--connect-timeout=5", "--execute=\(sql)"],
            environment: Self.environment,
            output: "\(folder.path)/client-\(UUID().uuidString.prefix(8))"
        )
        guard case .exited(let status) = try await client.ended() else { return -1 }
        return status
    }

    /// The server, for signals.
    package var current: SpawnedProcess { process.withLock { $0 } }

    /// Kills it and starts it again on the same files.
    package func killAndRestart() async throws {
        current.end()
        let successor = try Self.spawn(folder, port, variables, options)
        process.withLock { $0 = successor }
        try await ready()
    }
}

/// A server that did not start, or did not do what it was told.
package struct ServerFailed: Error, CustomStringConvertible {
    let what: String
    let messages: String

    package var description: String { "\(what) failed: \(messages.suffix(2_000))" }
}

extension Trait where Self == ServerTrait<MariaDBServer> {
    /// A MariaDB server for the tests of a suite.
    package static var mariaDB: Self { Self() }
}
