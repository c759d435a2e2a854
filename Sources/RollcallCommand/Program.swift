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
        do {
            try await carryOut(arguments)
            return 0
        } catch {
            return report(Failure(error))
        }
    }

    private static func carryOut(_ arguments: [String]) async throws {
        // Not ArgumentParser's own flag: it would also take the --version of `agent` and `heartbeat` for itself when
        // their arguments are wrong, and report success.
        if arguments == ["--version"] {
            return try Console.current.write("rollcall \(Release.current)\n")
        }
        var command = try Rollcall.parseAsRoot(arguments)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }

    private static func report(_ failure: Failure) -> Int32 {
        let console = Console.current
        if !failure.message.isEmpty { console.explain(failure.message) }
        if !failure.usage.isEmpty { console.message(failure.usage) }
        if !failure.help.isEmpty {
            do { try console.write(failure.help) } catch { return report(Failure(error)) }
        }
        return failure.status
    }
}
