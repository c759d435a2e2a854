import ServerFixtures

/// A process of which only the threads go on that wait in poll(2), as that of ZooKeeper's library does: it hangs, and
/// its session does not end (`Tests/HeldThreads/heldthreads.c`).
struct HeldThreads {
    struct NotHeld: Error { let message: String }

    private let holder: SpawnedProcess

    /// Returns when they are held.
    init(of process: SpawnedProcess, in place: Workplace) async throws {
        let program = try await CProgram.build("HeldThreads/heldthreads.c", as: "heldthreads", [], in: place)
        let holder = try SpawnedProcess(
            program,
            ["\(process.identifier)"],
            environment: Programs.environment,
            output: place.unique("held")
        )
        try await eventually("the threads of process \(process.identifier) are held") {
            if holder.ending != nil { throw NotHeld(message: holder.messages) }
            return holder.output.hasPrefix("held ")
        }
        guard !holder.output.contains("left 0"), !holder.output.hasPrefix("held 0") else {
            throw NotHeld(message: holder.output)
        }
        self.holder = holder
    }

    /// Lets them go on.
    func release() { holder.end() }
}
