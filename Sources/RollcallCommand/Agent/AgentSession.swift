internal import RollcallClient
internal import RollcallWire

/// One life of `rollcall agent`: the agent, its checks, its child, signals and systemd together.
struct AgentSession {
    let heartbeat: WireHeartbeat
    let endpoints: [Endpoint]
    let checks: [Check]
    /// The child's command and arguments; empty when there is none.
    let child: [String]
    let console: Console

    private enum Ended: Sendable {
        case agent
        case child(status: Int32)
        case other
    }

    /// Runs until the child has ended or a signal stops it.
    ///
    /// - Returns: The exit status.
    /// - Throws: `Failure` when the child cannot be started.
    func run() async throws -> Int32 {
        let log = AgentLog(service: heartbeat, console: console)
        // Before anything is started: from here on a signal is a request.
        let requests = try StopSignals.requests()
        let process = child.isEmpty ? nil : ChildProcess(command: child)
        let agent = Agent(service: heartbeat, endpoints: endpoints, checks: checks.count, hasChild: process != nil)
        // Checks speak once per interval, the rest once in a life: the bound is never near.
        let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self, bufferingPolicy: .bufferingOldest(1_024))
        let (childStarts, childStarted) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        if process == nil { childStarted.finish() }

        return try await withThrowingTaskGroup(of: Ended.self) { group in
            group.addTask {
                for await request in requests {
                    log.stopping()
                    feed.yield(.stopRequested)
                    process?.stop(request)
                }
                return .other
            }
            if let process {
                group.addTask {
                    let ending = try await process.run { childStarted.finish() }
                    feed.yield(.childEnded(message: ending.words))
                    return .child(status: ending.status)
                }
            }
            for (index, check) in checks.enumerated() {
                group.addTask {
                    await repeatCheck(check, index, feed)
                    return .other
                }
            }
            group.addTask {
                await log.keepWatchdogQuiet()
                return .other
            }
            group.addTask {
                // Nobody hears of a child that could not be started.
                for await _ in childStarts {}
                await agent.run(events: events) { log.note($0) }
                return .agent
            }

            var childStatus: Int32?
            var isAgentDone = false
            while !isAgentDone || (process != nil && childStatus == nil) {
                switch try await group.next() {
                case .agent: isAgentDone = true
                case .child(let status): childStatus = status
                case .other: break
                case nil: throw CancellationError()
                }
            }
            group.cancelAll()
            await log.finish()
            // A child that ended because it was asked to has ended as it should.
            return process?.wasAskedToStop == true ? 0 : childStatus ?? 0
        }
    }

    private func repeatCheck(_ check: Check, _ index: Int, _ feed: AsyncStream<AgentEvent>.Continuation) async {
        while !Task.isCancelled {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    // A command in the kernel's hands cannot even be killed, a file's server may be gone: a check that
                    // does not end by its own limit has failed all the same.
                    guard (try? await Task.sleep(for: check.timeout + .seconds(1))) != nil else { return }
                    feed.yield(.checkFailed(index, message: check.lateness))
                }
                if let fault = await check.fault() {
                    feed.yield(.checkFailed(index, message: fault))
                } else if !Task.isCancelled {
                    feed.yield(.checkPassed(index))
                }
                group.cancelAll()
            }
            try? await Task.sleep(for: check.interval)
        }
    }
}
