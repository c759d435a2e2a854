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
/// Made before the engine, which needs it, and closed after the engine has ended.
package final class EventLoopReadPass: ReadPassBarrier {
    /// What is read whole but not applied for this long waits for the store; the roster knows it already.
    private static let longestWait = TimeAmount.milliseconds(100)
    /// Bodies that come in pieces are read on for this long.
    private static let longestBody = TimeAmount.milliseconds(100)
    /// A storm of connections must not keep deadlines from being judged.
    private static let longestPass = TimeAmount.seconds(1)
    /// Connections that a listening socket accepts in one read pass at most.
    private static let acceptBatch = 4

    private let loops: [LoopReadPass]
    let opening = OpeningConnections()

    /// - Parameter group: The event loops that the server will run on.
    /// - Throws: When the system has no file descriptors left.
    package init(_ group: any EventLoopGroup) async throws {
        var loops: [LoopReadPass] = []
        for loop in group.makeIterator() { loops.append(try await LoopReadPass.on(loop)) }
        self.loops = loops
    }

    package func pass() async {
        let start = NIODeadline.now()
        var patience = Self.longestWait
        var isRead = false
        /// Connections accepted that have to be read.
        var target: Int?
        repeat {
            let accepted = opening.accepted
            let settled = opening.settled
            let bodies = bodyPieces
            let deadline = NIODeadline.now() + patience
            let isApplied = await withTaskGroup(of: Bool.self) { group in
                for loop in loops { group.addTask { await loop.pass(until: deadline) } }
                return await group.reduce(true) { $0 && $1 }
            }
            // What is stuck is waited for once.
            if !isApplied { patience = .zero }
            // Those who connect later are not waited for, or in a busy hour there would be no end.
            let newest = opening.accepted
            let mayMoreWait = newest - accepted >= Self.acceptBatch
            let needed = mayMoreWait ? newest : target ?? newest
            target = needed
            let areBodiesRead = bodies == bodyPieces || NIODeadline.now() - start > Self.longestBody
            isRead = settled >= needed && !mayMoreWait && areBodiesRead
        } while !isRead && NIODeadline.now() - start < Self.longestPass
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
