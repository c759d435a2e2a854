import LivenessEngine
import Synchronization

/// What is known of one connection beside its bytes: which heartbeats of it were read and not yet applied, which were
/// applied and not yet settled, and whether its client still waits.
///
/// The requests of a connection are answered one after the other, so a count tells which one is at work.
final class Connection: Sendable {
    /// The connection whose request the current task is working on.
    @TaskLocal static var current: Connection?

    private struct State {
        /// Requests whose head was read.
        var begun: UInt64 = 0
        /// Requests whose end was read.
        var read: UInt64 = 0
        /// Replies that were written whole.
        var answered: UInt64 = 0
        var tickets: [(request: UInt64, ticket: LoopReadPass.Ticket)] = []
        var met: (request: UInt64, call: Result<HeartbeatCall, DocumentError>)?
        var hasClientLeft = false
        var peer = Peer.anyone

        /// Nobody waits for the answer to the request at work alone.
        var isClientGoingOn: Bool { hasClientLeft || begun > answered + 1 }
    }

    private let pass: LoopReadPass?
    private let state = Mutex(State())
    private let departure = Wakeup()

    init(_ pass: LoopReadPass?) {
        self.pass = pass
    }

    /// Who is at the other end.
    var peer: Peer {
        get { state.withLock { $0.peer } }
        set { state.withLock { $0.peer = newValue } }
    }

    /// The head of a request was read.
    func requestBegan() {
        let isOvertaken = state.withLock { state in
            state.begun += 1
            return state.isClientGoingOn
        }
        if isOvertaken { departure.signal() }
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

    /// The heartbeats of the request read last have met the roster, or are refused; its router settles what remains.
    func met(_ call: Result<HeartbeatCall, DocumentError>) {
        state.withLock { $0.met = ($0.read &- 1, call) }
        applied()
    }

    /// The heartbeats of the request at work, if they have met the roster.
    ///
    /// - Throws: What is wrong with the document, when that is known already.
    func takeCall() throws(DocumentError) -> HeartbeatCall? {
        let call = state.withLock { state -> Result<HeartbeatCall, DocumentError>? in
            guard let met = state.met, met.request == state.answered else { return nil }
            state.met = nil
            return met.call
        }
        return try call?.get()
    }

    /// The reply to the request at work was written whole.
    func replyWritten() {
        // A call that the router refused was not taken; nobody waits for its answer any more.
        let refused = state.withLock { state -> Result<HeartbeatCall, DocumentError>? in
            defer { state.answered += 1 }
            guard let met = state.met, met.request == state.answered else { return nil }
            state.met = nil
            return met.call
        }
        _ = consume refused
    }

    /// Nothing of this connection will be applied any more.
    func closed() {
        let (tickets, met) = state.withLock { state in
            defer {
                state.tickets = []
                state.met = nil
            }
            return (state.tickets, state.met)
        }
        // Dropped outside the lock: then nobody waits for its answer any more.
        _ = consume met
        for (_, ticket) in tickets { pass?.requestApplied(ticket) }
        clientLeft()
    }

    // MARK: The client

    /// The client has closed its side, or both: nobody may be there to wait for an answer.
    func clientLeft() {
        state.withLock { $0.hasClientLeft = true }
        departure.signal()
    }

    /// Cancels `operation` when the client closes its side, or asks the next thing: what comes behind a question must
    /// not wait for it, least of all a heartbeat.
    ///
    /// Whether it closed the other side, too, only an answer can tell: a client that has just finished asking is owed
    /// one. So `operation` is to end with what it has when it is cancelled, and its result goes out.
    func cancelWhenClientGoesOn<Result: Sendable>(
        _ operation: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                await self.clientGoingOn()
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

    private func clientGoingOn() async {
        while !state.withLock({ $0.isClientGoingOn }) {
            if await departure.wait() == nil { return }
        }
    }
}
