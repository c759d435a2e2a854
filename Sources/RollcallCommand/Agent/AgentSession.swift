internal import HeartbeatRelay
internal import RollcallClient
internal import RollcallWire

/// One life of `rollcall agent`: the agent, its checks, its child, signals and systemd together.
struct AgentSession {
    let heartbeat: WireHeartbeat
    /// Tells a back end itself that the service lives; nil where all goes to daemons.
    let direct: (any DirectReporter)?
    let endpoints: [Endpoint]
    let configuration: ClientConfiguration
    let usesDatagrams: Bool
    let checks: [Check]
    /// The child's command and arguments; empty when there is none.
    let child: [String]
    /// What is done when an operator has forced the service down.
    let fence: Fence?
    /// Passes heartbeats of others on; nil where it takes none.
    let relay: HeartbeatRelay?
    /// How long the child has to end once it was asked to.
    let patience: Duration
    let console: Console

    /// How long what was killed is waited for: what has not ended then is in the kernel's hands.
    private static let grace = Duration.seconds(2)

    private enum Ended: Sendable {
        case agent
        case child(status: Int32)
        case fence
        case relay
        case other
    }

    /// Runs until the child has ended or a signal stops it.
    ///
    /// - Returns: The exit status.
    /// - Throws: `Failure` when the child cannot be started.
    func run() async throws -> Int32 {
        let log = AgentLog(service: heartbeat, console: console)
        if checks.isEmpty, child.isEmpty, relay == nil {
            let text = "nothing is checked and no program started: this says only that the agent runs"
            log.note(.message(.warning, text))
        }
        // Before anything is started: from here on a signal is a request.
        let requests = try StopSignals.requests()
        let process = child.isEmpty ? nil : ChildProcess(command: child)
        // Checks speak once per interval, the rest once in a life: the bound is never near.
        let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self, bufferingPolicy: .bufferingOldest(1_024))
        let status = try await Abandoning.doing(
            { await check(feed) },
            within: Self.grace,
            while: { try await live(process, requests, events, feed, log) }
        )
        await log.finish()
        // A child that ended because it was asked to has ended as it should.
        return process?.wasAskedToStop == true ? 0 : status
    }

    /// Beats, and keeps the child, until both are done.
    ///
    /// - Returns: The child's exit status.
    private func live(
        _ process: ChildProcess?,
        _ requests: AsyncStream<StopRequest>,
        _ events: AsyncStream<AgentEvent>,
        _ feed: AsyncStream<AgentEvent>.Continuation,
        _ log: AgentLog
    ) async throws -> Int32 {
        let agent = Agent(
            service: heartbeat,
            endpoints: endpoints,
            configuration: configuration,
            checks: checks.count,
            hasChild: process != nil,
            direct: direct,
            usesDatagrams: usesDatagrams
        )
        let (childStarts, childStarted) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        let (stops, stopAsked) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        let (relayStops, relayStopAsked) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        if process == nil { childStarted.yield() }

        return try await withThrowingTaskGroup(of: Ended.self) { group in
            group.addTask {
                for await request in requests {
                    log.stopping()
                    feed.yield(.stopRequested)
                    process?.stop(request)
                    stopAsked.finish()
                    relayStopAsked.finish()
                }
                return .other
            }
            if let process {
                group.addTask {
                    let ending = try await process.run { childStarted.yield() }
                    feed.yield(.childEnded(message: ending.words))
                    return .child(status: ending.status)
                }
                group.addTask {
                    for await _ in stops {}
                    await insist(on: process, log)
                    return .other
                }
            }
            group.addTask {
                await log.keepWatchdogQuiet()
                return .other
            }
            if let fence {
                group.addTask {
                    await fence.run { log.note($0) }
                    return .fence
                }
            }
            if let relay {
                group.addTask {
                    try await serve(relay, until: relayStops, log)
                    return .relay
                }
            }
            group.addTask {
                // Nobody hears of a child that could not be started: the stream ends then without a word.
                guard await childStarts.first(where: { true }) != nil else { return .agent }
                await agent.run(events: events) { notice in
                    log.note(notice)
                    if notice == .forcedDown { fence?.begin() }
                }
                return .agent
            }

            var childStatus: Int32?
            var isAgentDone = false
            var isFenceDone = fence == nil
            var isRelayDone = relay == nil
            func isRunning() -> Bool { !isAgentDone || (process != nil && childStatus == nil) }
            while isRunning() || !isFenceDone || !isRelayDone {
                switch try await group.next() {
                case .agent: isAgentDone = true
                case .child(let status): childStatus = status
                case .fence: isFenceDone = true
                case .relay: isRelayDone = true
                case .other: break
                case nil: throw CancellationError()
                }
                // Half a fence keeps nobody out.
                if !isRunning() {
                    fence?.close()
                    relayStopAsked.finish()
                }
            }
            group.cancelAll()
            return childStatus ?? 0
        }
    }

    /// Passes heartbeats of others on until it is to stop, and what is under way has ended.
    ///
    /// - Throws: `Failure` where it cannot listen.
    private func serve(_ relay: HeartbeatRelay, until stops: AsyncStream<Void>, _ log: AgentLog) async throws {
        do {
            try await relay.run(until: stops) { address in
                log.note(.message(.info, "taking heartbeats of others at \(address)"))
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Failure(status: Failure.refused, "--listen: \(relay.address): \(error)")
        }
    }

    /// Kills a child that does not end when it is asked to, and goes on without one that cannot be killed.
    private func insist(on process: ChildProcess, _ log: AgentLog) async {
        guard (try? await Task.sleep(for: patience)) != nil else { return }
        log.note(.message(.warning, "the child did not end within \(patience): it is killed"))
        process.kill()
        guard (try? await Task.sleep(for: Self.grace)) != nil else { return }
        log.note(.message(.error, "the child cannot be killed: going on without it"))
        process.abandon()
    }

    /// Makes the checks, each at its own pace, until the task is cancelled.
    private func check(_ feed: AsyncStream<AgentEvent>.Continuation) async {
        await withDiscardingTaskGroup { group in
            for (index, check) in checks.enumerated() {
                group.addTask { await repeatCheck(check, index, feed) }
            }
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
