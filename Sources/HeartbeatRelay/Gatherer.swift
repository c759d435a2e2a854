import RollcallWire
import Synchronization

/// Carries out what `RelayMachine` decides: reporters wait here for what a daemon answers.
final class Gatherer: Sendable {
    private enum Order: Sendable {
        case send(RelayBatch)
        case wake(Duration)
    }

    private struct State {
        var machine: RelayMachine
        var reporters: [Int: CheckedContinuation<RelayAnswer, Never>] = [:]
        var lastID = 0
        var isClosed = false
    }

    /// The machine has few calls under way and one timer at a time: the bound is never near.
    private static let mostOrders = 4_096
    /// A fraction of the pause that is noticed by it.
    private static let tickInterval = Duration.milliseconds(50)

    private let state: Mutex<State>
    private let orders: AsyncStream<Order>
    private let feed: AsyncStream<Order>.Continuation
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let send: @Sendable (RelayBatch) async -> RelayResult

    /// - Parameters:
    ///   - limits: How much it holds and for how long.
    ///   - send: Takes heartbeats to a daemon; it ends within a bounded time.
    init(_ limits: RelayMachine.Limits, send: @escaping @Sendable (RelayBatch) async -> RelayResult) {
        state = Mutex(State(machine: RelayMachine(limits: limits)))
        (orders, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostOrders))
        start = clock.now
        self.send = send
    }

    /// Waits until a daemon has answered for these heartbeats.
    func gather(_ document: RelayDocument) async -> RelayAnswer {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let call = RelayedCall(
            id: id,
            count: document.count,
            bytes: document.bytes,
            isDurable: document.isDurable
        )
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isClosed { state.reporters[id] = continuation }
                    return !state.isClosed
                }
                if isOpen {
                    step { $0.arrived(call, at: $1) }
                } else {
                    continuation.resume(returning: .refused(.stopping))
                }
            }
        } onCancel: {
            abandon(id)
        }
    }

    /// Works until `finish` was called and everything under way has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in await tick() }
            await carryOut()
            group.cancelAll()
        }
        close()
    }

    /// Lets the machine know that the relay runs, until the task is cancelled.
    private func tick() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: Self.tickInterval)
            step { $0.ticked(at: $1) }
        }
    }

    private func carryOut() async {
        await withDiscardingTaskGroup { group in
            for await order in orders {
                switch order {
                case .send(let batch):
                    group.addTask { [self] in
                        let result = await send(batch)
                        step { $0.ended(batch.id, result, at: $1) }
                    }
                case .wake(let time):
                    group.addTask { [self] in
                        try? await clock.sleep(until: start + time)
                        step { $0.timerFired(at: $1) }
                    }
                }
            }
        }
    }

    /// No reporter waits any more: nothing is to be done beyond what is under way.
    func finish() { feed.finish() }

    private func step(_ event: (inout RelayMachine, Duration) -> [RelayMachine.Directive]) {
        let now = start.duration(to: clock.now)
        let answers = state.withLock { state in
            var answers: [(CheckedContinuation<RelayAnswer, Never>, RelayAnswer)] = []
            for directive in event(&state.machine, now) {
                switch directive {
                case .send(let batch): feed.yield(.send(batch))
                case .setTimer(let time): feed.yield(.wake(time))
                case .answer(let id, let answer):
                    if let reporter = state.reporters.removeValue(forKey: id) { answers.append((reporter, answer)) }
                }
            }
            return answers
        }
        for (reporter, answer) in answers { reporter.resume(returning: answer) }
    }

    private func abandon(_ id: Int) {
        let reporter = state.withLock { state in
            state.machine.abandoned(id)
            return state.reporters.removeValue(forKey: id)
        }
        reporter?.resume(returning: .refused(.stopping))
    }

    /// Whoever waits still is told to go elsewhere.
    private func close() {
        let reporters = state.withLock { state in
            state.isClosed = true
            defer { state.reporters = [:] }
            return state.reporters
        }
        for reporter in reporters.values { reporter.resume(returning: .refused(.stopping)) }
    }
}
