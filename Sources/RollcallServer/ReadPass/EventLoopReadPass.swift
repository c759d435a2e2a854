import LivenessEngine
package import NIOCore

/// The barrier of *Judging* for an HTTP server on event loops.
///
/// Each loop has a pipe of its own. A byte written into it comes out in a read pass that began after it was written,
/// and behind everything that was readable before: epoll hands out what is ready in the order in which it became so.
/// When the byte is out and the pass is over, what waited in the sockets has been read. One pass is not always enough:
/// a connection waiting to be accepted needs some more before its bytes are read, and a large body is read in pieces.
/// So passes are repeated until one of them met neither, within a bound.
///
/// While every connection is busy, or too many of those accepted wait for their tasks, heartbeats may wait in
/// connections that nobody accepts: a pass waits for that to end, within the same bound. When the bound is reached the
/// pass was not complete, and nobody is called down by it.
///
/// Made before the engine, which needs it, and closed after the engine has ended.
package final class EventLoopReadPass: ReadPassBarrier {
    /// What is read whole but not applied for this long waits for the store; the roster knows it already.
    private static let longestWait = TimeAmount.milliseconds(100)
    /// Bodies that come in pieces are read on for this long.
    private static let longestBody = TimeAmount.milliseconds(100)
    /// Connections that a listening socket accepts in one read pass at most.
    static let acceptBatch = 4

    private let loops: [LoopReadPass]
    private let longest: TimeAmount
    let opening = OpeningConnections()

    /// - Parameters:
    ///   - group: The event loops that the server will run on.
    ///   - longest: A pass that takes longer than this is given up.
    /// - Throws: When the system has no file descriptors left.
    package init(_ group: any EventLoopGroup, longest: TimeAmount = .seconds(1)) async throws {
        var loops: [LoopReadPass] = []
        for loop in group.makeIterator() { loops.append(try await LoopReadPass.on(loop)) }
        self.loops = loops
        self.longest = longest
    }

    @discardableResult
    package func pass() async -> Bool {
        let start = NIODeadline.now()
        var patience = Self.longestWait
        var isRead = false
        /// Connections that have to be read: those accepted until none waited to be that had come before.
        var target: Int?
        var waiting = opening.listeners.map { Waiting($0) }
        repeat {
            if target == nil { await opening.waitUntilAccepting(by: start + longest) }
            for position in waiting.indices { waiting[position].passBegins() }
            let settled = opening.settled
            let bodies = bodyPieces
            let deadline = NIODeadline.now() + patience
            let isApplied = await withTaskGroup(of: Bool.self) { group in
                for loop in loops { group.addTask { await loop.pass(until: deadline) } }
                return await group.reduce(true) { $0 && $1 }
            }
            // What is stuck is waited for once.
            if !isApplied { patience = .zero }
            let newest = opening.accepted
            for position in waiting.indices { waiting[position].passEnded(batch: Self.acceptBatch) }
            // Those who connect later are not waited for, or in a busy hour there would be no end.
            if target == nil, waiting.allSatisfy(\.isOver) { target = newest }
            let areBodiesRead = bodies == bodyPieces || NIODeadline.now() - start > Self.longestBody
            isRead = areBodiesRead && target.map { settled >= $0 } ?? false
        } while !isRead && NIODeadline.now() - start < longest
        return isRead
    }

    /// Whether anybody waits at a listening socket who came before a pass began.
    private struct Waiting {
        let listener: OpeningConnections.Listener
        /// Connections accepted when the first pass began.
        let first: Int
        private var before = 0
        private var wasAccepting = false
        private(set) var isOver = false

        init(_ listener: OpeningConnections.Listener) {
            self.listener = listener
            first = listener.accepted
        }

        mutating func passBegins() {
            before = listener.accepted
            // Asked after the number: those accepted in between are counted, or it is not accepting yet.
            wasAccepting = listener.isAccepting
        }

        /// Nobody waited any more, or so many came in since that those before are among them, however many still come.
        mutating func passEnded(batch: Int) {
            let now = listener.accepted
            if wasAccepting && now - before < batch || now - first > listener.backlog { isOver = true }
        }
    }

    private var bodyPieces: UInt64 { loops.reduce(0) { $0 &+ $1.bodyPieces } }

    /// The part of this loop; nil for a loop of another group.
    func part(of loop: any EventLoop) -> LoopReadPass? {
        loops.first { $0.loop === loop }
    }

    /// Gives the pipes back; every pass from now on ends at once.
    package func close() async {
        for loop in loops { await loop.close() }
    }
}
