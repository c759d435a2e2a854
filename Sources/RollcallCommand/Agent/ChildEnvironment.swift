internal import Subprocess

/// What processes started by an agent are started with.
enum ChildEnvironment {
    /// The agent's own, without systemd's socket and watchdog, and without its token: a child that spoke for the agent
    /// would confuse others.
    static var environment: Environment {
        .inherit.updating(["NOTIFY_SOCKET": nil, "WATCHDOG_USEC": nil, "WATCHDOG_PID": nil, "ROLLCALL_TOKEN": nil])
    }

    /// A path when it has a slash, else a name to look for in `PATH`.
    static func executable(_ name: String) -> Executable {
        name.utf8.contains(UInt8(ascii: "/")) ? atPath(name, Executable.path) : .name(name)
    }

    /// The type of the path is inferred: it belongs to a package that this one does not depend on by itself.
    private static func atPath<Path: ExpressibleByStringLiteral>(
        _ text: String,
        _ executable: (Path) -> Executable
    ) -> Executable where Path.StringLiteralType == String {
        executable(Path(stringLiteral: text))
    }
}
