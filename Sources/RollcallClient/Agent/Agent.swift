public import RollcallWire

/// Beats for a service: carries out what `AgentMachine` decides.
///
/// The caller tells what happens around the agent (checks, the child, a request to stop) as a stream of events, and
/// hears what there is to know as notices.
public struct Agent: Sendable {
    /// The service, with the incarnation it keeps for the agent's life; sequences are counted from 1.
    public var service: WireHeartbeat
    /// The daemons to report to; at least one.
    public var endpoints: [Endpoint]
    /// How long calls wait, and what the daemons know the agent by.
    public var configuration: ClientConfiguration
    /// How many checks there are: it does not beat before each has passed.
    public var checks: Int
    /// Whether there is a child, whose end is the service's.
    public var hasChild: Bool
    /// Tells the driver's back end itself that the service lives, once a daemon knows it; nil to beat at daemons only.
    public var direct: (any DirectReporter)?
    /// Beats in datagrams where a daemon reads them, and over HTTP when one is not acknowledged.
    public var usesDatagrams: Bool

    /// An agent for a service.
    public init(
        service: WireHeartbeat,
        endpoints: [Endpoint],
        configuration: ClientConfiguration = ClientConfiguration(),
        checks: Int = 0,
        hasChild: Bool = false,
        direct: (any DirectReporter)? = nil,
        usesDatagrams: Bool = false
    ) {
        self.service = service
        self.endpoints = endpoints.isEmpty ? [.standard] : endpoints
        self.configuration = configuration
        self.checks = checks
        self.hasChild = hasChild
        self.direct = direct
        self.usesDatagrams = usesDatagrams
    }

    private enum Input: Sendable {
        case happened(AgentEvent)
        case answered(Int, AgentAnswer)
        case timerFired(Int)
    }

    /// Beats until it is stopped or the child has ended, and says goodbye.
    ///
    /// - Parameters:
    ///   - events: What happens around the agent.
    ///   - notify: Hears what there is to know; it must not wait.
    public func run(
        events: AsyncStream<AgentEvent>,
        notify: @Sendable (AgentNotice) -> Void
    ) async {
        var settings = AgentMachine.Settings()
        settings.endpoints = endpoints.count
        settings.checks = checks
        settings.hasChild = hasChild
        settings.directPace = direct?.pace
        if let stated = service.reportInterval, WireLimits.reportInterval.contains(stated) {
            settings.interval = .seconds(stated)
        }
        let lines = endpoints.map { endpoint in
            Line(
                client: RollcallClient(endpoints: [endpoint], configuration: configuration),
                datagrams: usesDatagrams ? DatagramWay(to: endpoint, configuration.credential) : nil
            )
        }
        let clock = ContinuousClock()
        let start = clock.now
        // One attempt and few timers and checks are about at a time; the bound is never near, and what does not fit is
        // the newest.
        let (inputs, feed) = AsyncStream.makeStream(of: Input.self, bufferingPolicy: .bufferingOldest(4_096))
        var machine = AgentMachine(settings: settings)
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await event in events { feed.yield(.happened(event)) }
            }
            var directives = machine.started(at: .zero)
            var inbox = inputs.makeAsyncIterator()
            while true {
                for directive in directives {
                    switch directive {
                    case .send(let attempt):
                        let line = lines[min(attempt.endpoint, lines.count - 1)]
                        group.addTask { feed.yield(.answered(attempt.id, await make(attempt, line))) }
                    case .setTimer(let id, let time):
                        group.addTask {
                            try? await clock.sleep(until: start + time)
                            feed.yield(.timerFired(id))
                        }
                    case .notice(let notice):
                        notify(notice)
                    case .finish:
                        group.cancelAll()
                        return
                    }
                }
                guard let input = await inbox.next() else {
                    // Only a cancelled task gets here.
                    group.cancelAll()
                    return
                }
                let now = start.duration(to: clock.now)
                switch input {
                case .happened(let event): directives = machine.happened(event, at: now)
                case .timerFired(let id): directives = machine.timerFired(id: id, at: now)
                case .answered(let id, let answer):
                    directives = machine.answered(id, answer, at: now, chance: Double.random(in: 0...1))
                }
            }
        }
        for line in lines { await line.datagrams?.close() }
        await direct?.remove()
    }

    /// The ways to one endpoint.
    private struct Line: Sendable {
        let client: RollcallClient
        let datagrams: DatagramWay?
    }

    /// Makes one attempt at one endpoint.
    private func make(_ attempt: AgentTry, _ line: Line) async -> AgentAnswer {
        do {
            return try await underLimit(attempt.limit) {
                try await tell(attempt, line)
            }
        } catch let error as ClientError {
            switch error.code {
            // Another daemon may know the token already, or still; and nobody was asked where it cannot be read.
            case .notAllowed where error.error?.code != .forbidden: return .unanswered(error.message)
            case .refused, .noSuchService, .notAllowed:
                let code = error.error?.code ?? .malformed
                return .refused(code, error.error?.message ?? error.message)
            case .noAnswer, .unreadableReply, .cancelled:
                return .unanswered(error.message)
            }
        } catch {
            return .unanswered("\(line.client.endpoints[0]): \(error)")
        }
    }

    /// Reports that the service failed; answers why it could not.
    private func report(_ words: String, _ name: ServiceName, _ client: RollcallClient) async -> ClientError? {
        do throws(ClientError) {
            try await client.leave(
                name,
                worker: service.worker,
                incarnation: service.incarnation,
                reason: .failed,
                message: words
            )
            return nil
        } catch {
            return error
        }
    }

    /// What the daemons think of a service that they do not hear.
    private func inquire(_ name: ServiceName, _ client: RollcallClient) async throws -> AgentAnswer {
        let record: WireService
        do throws(ClientError) {
            record = try await client.service(named: name)
        } catch {
            guard error.code == .noSuchService else { throw error }
            return .refused(.serviceDeleted, error.message)
        }
        guard isOurs(record) else { return .refused(.staleIncarnation, "another one has its name") }
        guard record.state == .down, !record.forcedDown else {
            return .confirmed(isForcedDown: record.forcedDown)
        }
        return .refused(.left, "daemons call it down (\(record.stateReason.rawValue))")
    }

    /// Whether this incarnation is the service's, as the record has it.
    private func isOurs(_ record: WireService) -> Bool {
        guard let worker = service.worker, !worker.isEmpty else { return record.incarnation == service.incarnation }
        return record.workers.contains { $0.worker == worker && $0.incarnation == service.incarnation }
    }

    /// One heartbeat: in a datagram where that is known to get there, else whole.
    private func beat(_ sequence: Int64, _ line: Line, within limit: Duration) async throws -> HeartbeatEntry {
        if let entry = await line.datagrams?.beat(sequence: sequence, within: limit / 2) { return entry }
        var heartbeat = service
        heartbeat.sequence = sequence
        let (entry, port) = try await line.client.sendNotingPort(heartbeat)
        await line.datagrams?.heard(entry, port: port)
        await direct?.accepted(entry)
        return entry
    }

    private func tell(_ attempt: AgentTry, _ line: Line) async throws -> AgentAnswer {
        let name = ServiceName(host: service.host, binary: service.binary)
        let client = line.client
        switch attempt.message {
        case .beat(let sequence):
            return .accepted(try await beat(sequence, line, within: attempt.limit))
        case .direct(let sequence):
            do {
                try await direct?.renew(sequence: sequence)
                return .noted
            } catch {
                return .unanswered("\(error)")
            }
        case .inquiry:
            return try await inquire(name, client)
        case .failed(let words):
            // Whether a daemon hears of it or not: what the back end holds must not say that it lives.
            let failure = await report(words, name, client)
            await direct?.remove()
            if let failure { throw failure }
            return .noted
        case .left:
            try await client.leave(name, worker: service.worker, incarnation: service.incarnation)
            return .noted
        }
    }
}
