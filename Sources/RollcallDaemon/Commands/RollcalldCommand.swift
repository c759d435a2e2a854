package import ArgumentParser
import Glibc
import LivenessCore

/// `rollcalld`: the daemon, and what one does with its configuration.
package struct RollcalldCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rollcalld",
        abstract: "Knows which services of a fleet are alive, and why it says so.",
        discussion: """
            Without a configuration: HTTP on 127.0.0.1:8790, records in an SQLite file in the user's state directory. \
            Settings come from flags, from ROLLCALL_* variables, from the file and from defaults, in this order.
            """,
        version: "rollcalld \(Release.version)",
        subcommands: [
            RunCommand.self, CheckConfigCommand.self, NewTokenCommand.self, DatabaseCommand.self,
            FollowToozCommand.self,
        ],
        defaultSubcommand: RunCommand.self
    )

    package init() {}

    /// The whole program.
    package static func main() async {
        // SIGHUP means a reload. Before anybody traps it, it would kill the process.
        signal(SIGHUP, SIG_IGN)
        await main(nil)
    }
}
