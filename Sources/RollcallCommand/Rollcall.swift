internal import ArgumentParser

/// The root of the command line.
struct Rollcall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall",
        abstract: "Ask which services of a fleet are here, and say that one is.",
        usage: "rollcall <subcommand> [options]\n       rollcall --version",
        discussion: """
            Daemons are named by --endpoint (repeatable), by ROLLCALL_ENDPOINT (comma-separated), or by \
            ~/.config/rollcall/config.yaml (endpoints: a list); else http://127.0.0.1:8790 is asked.

            Exit status, unless a command says otherwise: 0 done, 1 refused, 3 no such service (or \
            whatever else is asked for by its name), 4 no endpoint answered, 5 not allowed, 64 usage, \
            74 what it found or did cannot be written.

            EXAMPLES
              rollcall service list
              rollcall service explain node1 nova-compute
              rollcall service is-down node1 nova-compute && evacuate node1
              rollcall agent --binary my-worker -- /usr/bin/my-worker --serve
            """,
        subcommands: [
            ServiceCommand.self, HostCommand.self, GroupCommand.self, VersionCommand.self, DaemonCommand.self,
            DriverCommand.self, BrakeCommand.self, UpgradeCommand.self, WhatIfCommand.self, WatchCommand.self,
            HeartbeatCommand.self,
            AgentCommand.self,
        ]
    )
}
