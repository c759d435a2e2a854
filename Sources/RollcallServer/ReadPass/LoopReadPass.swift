import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// One event loop's part in a read pass: the pipe, and the heartbeats that were read and not yet applied.
final class LoopReadPass: Sendable {
    /// A heartbeat request that was read whole.
    struct Ticket: Sendable {
        fileprivate var generation: UInt64
    }

    private struct Waiter {
        var deadline: NIODeadline
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct Parked {
        var id: UInt64
        /// It waits for the heartbeats read in this generation and before.
        var generation: UInt64
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        /// The writing end; nil once closed.
        var pipe: CInt?
        /// In the order of their bytes in the pipe.
        var waiting: [Waiter] = []
        var parked: [Parked] = []
        var nextID: UInt64 = 0
        /// Moves with every pass.
        var generation: UInt64 = 0
        var unapplied: [UInt64: Int] = [:]
    }

    let loop: any EventLoop
    private let state: Mutex<State>
    private let channel: any Channel
    private let bodyPieceCount = Atomic<UInt64>(0)
    /// What else is to be read on this loop, and is not while nobody asks.
    private let reader = Mutex<(@Sendable () -> Void)?>(nil)

    private init(_ loop: any EventLoop, _ channel: any Channel, writingEnd: CInt) {
        self.loop = loop
        self.channel = channel
        state = Mutex(State(pipe: writingEnd))
    }

    /// Lays the loop's pipe.
    ///
    /// - Throws: When the system has no file descriptors left.
    static func on(_ loop: any EventLoop) async throws -> LoopReadPass {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
        let (readingEnd, writingEnd) = (ends[0], ends[1])
        for end in [readingEnd, writingEnd] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Writing must never wait: a byte that does not fit finds many before it.
        _ = fcntl(writingEnd, F_SETFL, O_NONBLOCK)
        let outlet = PipeOutlet()
        do {
            let channel = try await NIOPipeBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(PipeHandler(outlet))
                    }
                }
                .takingOwnershipOfDescriptor(input: readingEnd)
                .get()
            let pass = LoopReadPass(loop, channel, writingEnd: writingEnd)
            outlet.pass.withLock { $0 = pass }
            return pass
        } catch {
            _ = Glibc.close(readingEnd)
            _ = Glibc.close(writingEnd)
            throw error
        }
    }

    /// Has `body` called on the loop before each pass: what it begins to read belongs to the pass.
    func beforeEach(_ body: (@Sendable () -> Void)?) { reader.withLock { $0 = body } }

    /// How often bytes of a heartbeat were read that were not its end: there may be more in the socket.
    var bodyPieces: UInt64 { bodyPieceCount.load(ordering: .sequentiallyConsistent) }

    func noteBodyPiece() {
        bodyPieceCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// Returns after a read pass that began after this call, when every heartbeat read until then is applied, or at
    /// the deadline when it is read but not applied: whether all is applied.
    func pass(until deadline: NIODeadline) async -> Bool {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(deadline: deadline, continuation: continuation)
            guard let reader = reader.withLock({ $0 }) else { return begin(waiter) }
            loop.execute {
                reader()
                self.begin(waiter)
            }
        }
    }

    private func begin(_ waiter: Waiter) {
        let isWritten = state.withLock { state in
            var byte: UInt8 = 1
            guard let pipe = state.pipe, write(pipe, &byte, 1) == 1 else { return false }
            state.waiting.append(waiter)
            return true
        }
        if !isWritten { waiter.continuation.resume(returning: true) }
    }

    func close() async {
        let (pipe, left) = state.withLock { state in
            defer {
                state.pipe = nil
                state.waiting = []
                state.parked = []
            }
            return (state.pipe, state.waiting.map(\.continuation) + state.parked.map(\.continuation))
        }
        for continuation in left { continuation.resume(returning: true) }
        guard let pipe else { return }
        _ = Glibc.close(pipe)
        try? await channel.close()
    }

    // MARK: On the loop

    /// Bytes came out of the pipe, in the middle of a read pass.
    fileprivate func bytesRead(_ count: Int) {
        let due = state.withLock { state in
            let due = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(due.count)
            return due
        }
        // Tasks run after everything that was readable has been read.
        loop.execute { self.passEnded(due) }
    }

    private func passEnded(_ waiters: [Waiter]) {
        for waiter in waiters {
            let parkedID: UInt64? = state.withLock { state in
                let generation = state.generation
                state.generation += 1
                guard state.pipe != nil, state.unapplied.keys.contains(where: { $0 <= generation }) else { return nil }
                state.nextID += 1
                state.parked.append(
                    Parked(id: state.nextID, generation: generation, continuation: waiter.continuation)
                )
                return state.nextID
            }
            guard let parkedID else {
                waiter.continuation.resume(returning: true)
                continue
            }
            loop.scheduleTask(deadline: waiter.deadline) { self.giveUp(parkedID) }
        }
    }

    private func giveUp(_ id: UInt64) {
        let parked = state.withLock { state in
            state.parked.firstIndex { $0.id == id }.map { state.parked.remove(at: $0) }
        }
        parked?.continuation.resume(returning: false)
    }

    // MARK: Heartbeats

    /// A heartbeat request was read whole.
    func requestRead() -> Ticket {
        state.withLock { state in
            state.unapplied[state.generation, default: 0] += 1
            return Ticket(generation: state.generation)
        }
    }

    /// It has been applied, or will never be.
    func requestApplied(_ ticket: Ticket) {
        let done = state.withLock { state -> [Parked] in
            let left = (state.unapplied[ticket.generation] ?? 0) - 1
            state.unapplied[ticket.generation] = left > 0 ? left : nil
            guard left <= 0, !state.parked.isEmpty else { return [] }
            let oldest = state.unapplied.keys.min() ?? .max
            let done = state.parked.filter { $0.generation < oldest }
            state.parked.removeAll { $0.generation < oldest }
            return done
        }
        for parked in done { parked.continuation.resume(returning: true) }
    }
}

/// Ties the pipe's handler, which exists first, to the pass.
private final class PipeOutlet: Sendable {
    let pass = Mutex<LoopReadPass?>(nil)
}

private final class PipeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let outlet: PipeOutlet

    init(_ outlet: PipeOutlet) {
        self.outlet = outlet
    }

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        outlet.pass.withLock { $0 }?.bytesRead(count)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        outlet.pass.withLock { $0 = nil }
    }
}
