import Glibc
package import Telemetry

/// What the defaults depend on: the machine and the environment the daemon was started in.
package struct Surroundings: Sendable {
    package var environment: [String: String]
    package var hostName: String
    package var logFormat: LogFormat

    package init(environment: [String: String], hostName: String, logFormat: LogFormat = .text) {
        self.environment = environment
        self.hostName = hostName
        self.logFormat = logFormat
    }

    /// Those of this process.
    package static func current(environment: [String: String]) -> Surroundings {
        Surroundings(
            environment: environment,
            hostName: systemHostName(),
            logFormat: .detected(environment: environment)
        )
    }

    /// The SQLite file in the state directory: systemd's `StateDirectory=`, else the user's as the XDG base directory
    /// specification says; `nil` where neither is known.
    var defaultDatabase: DatabaseURL? {
        guard let directory = stateDirectory else { return nil }
        return .sqlite(path: directory + "/rollcall.sqlite")
    }

    private var stateDirectory: String? {
        // systemd lists several separated by colons; the first is ours.
        if let first = environment["STATE_DIRECTORY"]?.split(separator: ":").first, first.hasPrefix("/") {
            return String(first)
        }
        // The specification says to ignore relative paths.
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/rollcall" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/state/rollcall" }
        return nil
    }

    private static func systemHostName() -> String {
        // HOST_NAME_MAX is 64 on Linux; the buffer keeps its last zero.
        var buffer = [CChar](repeating: 0, count: 256)
        let failed = gethostname(&buffer, buffer.count - 1) != 0
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return failed || name.isEmpty ? "localhost" : name
    }
}
