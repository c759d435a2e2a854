import LivenessEngine
import Synchronization

/// What is known of one connection beside its bytes: which heartbeats of it were read and not yet applied, which were
/// applied and not yet settled, and whether its client is still there.
///
/// The requests of a connection are answered one after the other, so a count tells which one is at work.
final class Connection: Sendable {
    /// The connection whose request the current task is working on.
    @TaskLocal static var current: Connection?

    private struct State {
        /// Requests whose end was read.
        var read: UInt64 = 0
        /// Replies that were written whole.
        var answered: UInt64 = 0
        var tickets: [(request: UInt64, ticket: LoopReadPass.Ticket)] = []
        var calls: [(request: UInt64, call: HeartbeatCall)] = []
        var hasClientLeft = false
    }

    private let pass: LoopReadPass?
    private let state = Mutex(State())
    private let departure = Wakeup()

    init(_ pass: LoopReadPass?) {
        self.pass = pass
    }

    /// A request was read whole.
    func requestRead(isHeartbeat: Bool) {
        state.withLock { state in
            // A request answered before its end needs no ticket: it was refused.
            if isHeartbeat, let pass, state.read >= state.answered {
                state.tickets.append((state.read, pass.requestRead()))
            }
            state.read += 1
        }
    }

    /// Bytes of a heartbeat came, and its end did not.
    func heartbeatContinues() { pass?.noteBodyPiece() }

    /// The heartbeats of the request at work are in the roster, or refused.
    func applied() {
        let ticket = state.withLock { state -> LoopReadPass.Ticket? in
            guard let first = state.tickets.first, first.request == state.answered else { return nil }
            state.tickets.removeFirst()
            return first.ticket
        }
        if let ticket { pass?.requestApplied(ticket) }
    }

    /// The heartbeats of the request read last have met the roster, although it may have to wait for its turn.
    ///
    /// - Parameter call: What remains to be done when the turn comes; nil when nothing does.
    func met(_ call: HeartbeatCall?) {
        let ticket = state.withLock { state -> LoopReadPass.Ticket? in
            let request = state.read &- 1
            if let call { state.calls.append((request, call)) }
            guard state.tickets.last?.request == request else { return nil }
            return state.tickets.removeLast().ticket
        }
        if let ticket { pass?.requestApplied(ticket) }
    }

    /// The heartbeats of the request at work, if they have met the roster.
    func takeCall() -> HeartbeatCall? {
        state.withLock { state in
            guard let first = state.calls.first, first.request == state.answered else { return nil }
            return state.calls.removeFirst().call
        }
    }

    /// The reply to the request at work was written whole.
    func replyWritten() {
        // A call that the router refused was not taken; nobody waits for its answer any more.
        let refused = state.withLock { state in
            defer { state.answered += 1 }
            return state.calls.first?.request == state.answered ? state.calls.removeFirst() : nil
        }
        _ = consume refused
    }

    /// Nothing of this connection will be applied any more.
    func closed() {
        let (tickets, calls) = state.withLock { state in
            defer {
                state.tickets = []
                state.calls = []
            }
            return (state.tickets, state.calls)
        }
        // Dropped outside the lock: then nobody waits for their answers any more.
        _ = consume calls
        for (_, ticket) in tickets { pass?.requestApplied(ticket) }
        clientLeft()
    }

    // MARK: The client

    /// The client has closed its side, or both: nobody may be there to wait for an answer.
    func clientLeft() {
        state.withLock { $0.hasClientLeft = true }
        departure.signal()
    }

    /// Cancels `operation` when the client closes its side.
    ///
    /// Whether it closed the other side, too, only an answer can tell: a client that has just finished asking is owed
    /// one. So `operation` is to end with what it has when it is cancelled, and its result goes out.
    func cancelWhenClientLeaves<Result: Sendable>(
        _ operation: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                await self.clientLeaving()
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let result = ended { return result }
                group.cancelAll()
            }
            throw CancellationError()
        }
    }

    private func clientLeaving() async {
        if state.withLock({ $0.hasClientLeft }) { return }
        _ = await departure.wait()
    }
}
