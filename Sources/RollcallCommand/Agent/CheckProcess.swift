internal import Subprocess

/// Runs the command of a check.
enum CheckProcess {
    /// What is wrong; `nil` when the command exits with 0 in time.
    ///
    /// Its output is dropped.
    static func fault(
        of command: [String],
        named name: String,
        within limit: Duration
    ) async -> String? {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask { await outcome(of: command) }
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                    return .late
                } catch {
                    return .cancelled
                }
            }
            let first = await group.next() ?? .cancelled
            // Ends the command with all it started: it leads a process group of its own.
            group.cancelAll()
            switch first {
            case .ended(.exited(0)), .cancelled: return nil
            case .ended(let status): return "\(name) \(Ending(status).words)"
            case .late: return "\(name) did not end within \(limit)"
            case .notStarted(let words): return "\(name) cannot be started: \(words)"
            }
        }
    }

    private enum Outcome: Sendable {
        case ended(TerminationStatus)
        case late
        case notStarted(String)
        case cancelled
    }

    private static func outcome(of command: [String]) async -> Outcome {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        do {
            let result = try await Subprocess.run(
                ChildEnvironment.executable(command[0]),
                arguments: Arguments(Array(command.dropFirst())),
                environment: ChildEnvironment.environment,
                platformOptions: options,
                input: .none,
                output: .discarded,
                error: .discarded
            )
            return Task.isCancelled ? .cancelled : .ended(result.terminationStatus)
        } catch {
            return Task.isCancelled ? .cancelled : .notStarted("\(error)")
        }
    }
}
