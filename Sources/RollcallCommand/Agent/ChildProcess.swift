internal import Glibc
internal import Subprocess
internal import Synchronization

/// The process an agent started and beats for.
///
/// It shares the agent's standard streams and process group, so that a terminal sees one job. Nothing ties its life to
/// the agent's but the agent's waiting: when the agent is killed, it lives on.
final class ChildProcess: Sendable {
    private enum Stage {
        /// A signal that came too early waits for it to run.
        case before(StopRequest?)
        case running(pid_t)
        case after
    }

    private let command: [String]
    private let stage = Mutex(Stage.before(nil))
    private let askedToStop = Atomic(false)
    private let outcome = FirstAnswer<Result<Ending, any Error>>()

    init(command: [String]) {
        self.command = command
    }

    /// Starts it and waits for its end, or until it is abandoned.
    ///
    /// - Parameter started: Called when it runs.
    /// - Returns: How it ended.
    /// - Throws: `Failure` with status 127 when there is no such program, 126 when it cannot be started.
    func run(started: @escaping @Sendable () -> Void) async throws -> Ending {
        // No child task: that would be waited for, and a process that cannot be killed never ends.
        Task {
            do {
                outcome.give(.success(try await runToItsEnd(started: started)))
            } catch {
                outcome.give(.failure(error))
            }
        }
        return try await outcome.value().get()
    }

    private func runToItsEnd(started: @Sendable () -> Void) async throws -> Ending {
        let name = command.first ?? ""
        do {
            let result = try await Subprocess.run(
                ChildEnvironment.executable(name),
                arguments: Arguments(Array(command.dropFirst())),
                environment: ChildEnvironment.environment,
                input: .currentStandardInput,
                output: .currentStandardOutput,
                error: .currentStandardError
            ) { execution in
                let process = execution.processIdentifier.value
                stage.withLock { stage in
                    if case .before(let request?) = stage { _ = Glibc.kill(process, request.signal) }
                    stage = .running(process)
                }
                started()
            }
            stage.withLock { $0 = .after }
            return Ending(result.terminationStatus)
        } catch let error as SubprocessError {
            let status: Int32 = error.code == .executableNotFound ? 127 : 126
            throw Failure(status: status, "the child cannot be started: \(error)")
        }
    }

    /// Ends it whatever it thinks of it; what it started itself lives on.
    func kill() {
        stage.withLock { stage in
            if case .running(let process) = stage { _ = Glibc.kill(process, SIGKILL) }
        }
    }

    /// Whoever waits for its end need not any more.
    func abandon() {
        outcome.give(.success(.abandoned))
    }

    /// Whether it was to stop.
    var wasAskedToStop: Bool { askedToStop.load(ordering: .relaxed) }

    /// Passes a signal on while it runs, unless it has it already.
    func stop(_ request: StopRequest) {
        askedToStop.store(true, ordering: .relaxed)
        stage.withLock { stage in
            switch stage {
            case .before: stage = .before(request)
            case .running(let process):
                // A terminal sends to every process of the group; a second Ctrl-C means something else to many.
                if request.isFromTerminal, getpgid(process) == getpgrp() { return }
                _ = Glibc.kill(process, request.signal)
            case .after: break
            }
        }
    }
}
