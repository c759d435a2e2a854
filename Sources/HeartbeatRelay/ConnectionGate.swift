import NIOCore
import Synchronization

/// Connections of a relay: so many at a time, and none on which nothing whole comes.
///
/// Whoever comes beyond is turned away at once, and goes to its next endpoint. A server that only ceases to accept would
/// leave it with the kernel, which takes its heartbeat and hands it on when it has long ceased to be true.
final class ConnectionGate: Sendable {
    private let most: Int
    private let quiet: TimeAmount
    private let count = Mutex(0)

    /// - Parameters:
    ///   - most: Connections at a time.
    ///   - quiet: A connection is closed when nothing came for so long but parts of a head.
    init(most: Int, quiet: TimeAmount) {
        self.most = most
        self.quiet = quiet
    }

    /// What stands in the pipeline of each connection, behind what reads requests.
    func guardian() -> any RemovableChannelHandler { Guardian(self) }

    private func enter() -> Bool {
        count.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
    }

    private func leave() { count.withLock { $0 -= 1 } }

    private final class Guardian: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = NIOAny

        private let gate: ConnectionGate
        private var isIn = false
        private var lastRead = NIODeadline.now()

        init(_ gate: ConnectionGate) { self.gate = gate }

        func handlerAdded(context: ChannelHandlerContext) {
            isIn = gate.enter()
            if isIn { watch(context) } else { context.close(promise: nil) }
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            if isIn { gate.leave() }
            isIn = false
        }

        private func watch(_ context: ChannelHandlerContext) {
            let loop = context.eventLoop.assumeIsolated()
            loop.scheduleTask(deadline: lastRead + gate.quiet) {
                guard self.isIn else { return }
                if NIODeadline.now() >= self.lastRead + self.gate.quiet {
                    context.close(promise: nil)
                } else {
                    self.watch(context)
                }
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            lastRead = .now()
            context.fireChannelRead(data)
        }
    }
}
