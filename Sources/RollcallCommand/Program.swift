internal import ArgumentParser
internal import Glibc

/// The program `rollcall`: arguments in, exit status out.
package enum Program {
    /// Runs with the process's own arguments, and ends the process.
    package static func main() async -> Never {
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs with these arguments on the current ``Console``.
    ///
    /// - Parameter arguments: The arguments without the program's name.
    /// - Returns: The exit status.
    package static func run(_ arguments: [String]) async -> Int32 {
        let console = Console.current
        // Not ArgumentParser's own flag: it would also take the --version of `agent` and `heartbeat` for itself when
        // their arguments are wrong, and report success.
        if arguments == ["--version"] {
            console.write("rollcall \(Release.current)\n")
            return 0
        }
        do {
            var command = try Rollcall.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            let failure = Failure(error)
            if !failure.message.isEmpty { console.explain(failure.message) }
            if !failure.usage.isEmpty { console.message(failure.usage) }
            if !failure.help.isEmpty { console.write(failure.help) }
            return failure.status
        }
    }
}
