import ServerFixtures

/// What the command line said.
struct Answer: Sendable {
    var ending: SpawnedProcess.Ending
    var output: String
    var messages: String
}

extension Programs {
    /// Runs `rollcall` against a daemon, to its end.
    static func rollcall(_ arguments: [String], at daemon: DaemonProcess, _ place: Workplace) async throws -> Answer {
        let process = try start(arguments, at: daemon, place)
        defer { process.end() }
        return Answer(ending: try await process.ended(), output: process.output, messages: process.messages)
    }

    /// Starts `rollcall`, an agent say; whoever calls this ends it.
    static func start(
        _ arguments: [String],
        at daemon: DaemonProcess,
        _ place: Workplace
    ) throws -> SpawnedProcess {
        let environment = Programs.environment.merging(["ROLLCALL_ENDPOINT": daemon.url]) { _, new in new }
        return try SpawnedProcess(command, arguments, environment: environment, output: place.unique("rollcall"))
    }
}
