import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection that sends a request, waits for the answer and sends the next one.
final class Line: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// What the requests of a line are, and what becomes of them.
    protocol Script {
        /// The next request; nil while there is none, and then when to ask again; nil for both when there will be none.
        mutating func next(at now: NIODeadline, _ allocator: ByteBufferAllocator) -> Next
        /// It was answered.
        mutating func answered(_ head: HTTPResponseHead, sent: NIODeadline, at now: NIODeadline, _ body: ByteBuffer?)
        /// It was not: the connection broke.
        mutating func broke()
    }

    enum Next {
        case request(HTTPRequestHead, ByteBuffer?)
        case at(NIODeadline)
        case over
    }

    /// Where requests go, and by what token their sender is known.
    struct Target: Sendable {
        var port: Int
        var token: String?

        func adding(to head: HTTPRequestHead) -> HTTPRequestHead {
            guard let token else { return head }
            var head = head
            head.headers.add(name: "Authorization", value: "Bearer \(token)")
            return head
        }
    }

    private var script: any Script
    private let target: Target
    private let keepsBodies: Bool
    private let over: EventLoopPromise<Void>
    private var sent = NIODeadline.distantPast
    private var head: HTTPResponseHead?
    private var body: ByteBuffer?
    private var isOver = false

    private init(_ script: any Script, _ target: Target, keepsBodies: Bool, over: EventLoopPromise<Void>) {
        self.script = script
        self.target = target
        self.keepsBodies = keepsBodies
        self.over = over
    }

    /// Opens a connection and runs the script to its end.
    ///
    /// `script` is made on the connection's event loop.
    static func run(
        _ script: @escaping @Sendable () -> any Script,
        to target: Target,
        on loop: any EventLoop,
        keepsBodies: Bool = false
    ) async throws {
        let over = loop.makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(
                            Line(script(), target, keepsBodies: keepsBodies, over: over)
                        )
                    }
                }
                .connect(host: "127.0.0.1", port: target.port).get()
        } catch {
            over.succeed()
            throw error
        }
        try await over.futureResult.get()
        try? await channel.close()
    }

    func channelActive(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelActive()
    }

    private func goOn(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        switch script.next(at: now, context.channel.allocator) {
        case .request(let head, let content):
            sent = now
            context.write(wrapOutboundOut(.head(target.adding(to: head))), promise: nil)
            if let content { context.write(wrapOutboundOut(.body(.byteBuffer(content))), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .at(let deadline):
            let bound = context.eventLoop.assumeIsolated()
            bound.scheduleTask(deadline: deadline) { if context.channel.isActive { self.goOn(context) } }
        case .over: end(context)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        over.succeed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = nil
        case .body(var part):
            guard keepsBodies else { return }
            if body == nil { body = part } else { body?.writeBuffer(&part) }
        case .end:
            if let head { script.answered(head, sent: sent, at: .now(), body) }
            body = nil
            goOn(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isOver { script.broke() }
        end(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
