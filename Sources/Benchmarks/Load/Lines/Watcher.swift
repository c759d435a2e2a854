import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection to `GET /v1/watch`: hands over each event, comments left out.
final class Watcher: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Bytes of an event at most.
    private static let longestEvent = 4 << 20

    private let path: String
    private let target: Line.Target
    private let hear: @Sendable (ByteBufferView) -> Void
    private let began: EventLoopPromise<Void>
    private var rest = ByteBuffer()

    private init(
        _ path: String,
        _ target: Line.Target,
        began: EventLoopPromise<Void>,
        hear: @escaping @Sendable (ByteBufferView) -> Void
    ) {
        self.path = path
        self.target = target
        self.began = began
        self.hear = hear
    }

    /// Opens it; returns when the answer has begun: from then on all behind `revision` is told.
    static func open(
        since revision: Int64,
        from target: Line.Target,
        on loop: any EventLoop,
        hear: @escaping @Sendable (ByteBufferView) -> Void
    ) async throws -> any Channel {
        let began = loop.makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(
                            Watcher("/v1/watch?since=\(revision)", target, began: began, hear: hear)
                        )
                    }
                }
                .connect(host: "127.0.0.1", port: target.port).get()
        } catch {
            began.fail(error)
            throw error
        }
        try await began.futureResult.get()
        return channel
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(target.adding(to: .getting(path)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if head.status == .ok {
                began.succeed()
            } else {
                began.fail(LoadError("a watcher was answered \(head.status)"))
            }
        case .body(var part):
            if rest.readableBytes == 0 { rest = part } else { rest.writeBuffer(&part) }
            while let event = nextEvent() {
                if event.first != UInt8(ascii: ":") { hear(event) }
            }
            if rest.readableBytes > Self.longestEvent { context.close(promise: nil) }
        case .end: context.close(promise: nil)
        }
    }

    /// Up to an empty line.
    private func nextEvent() -> ByteBufferView? {
        let length = rest.withUnsafeReadableBytes { bytes -> Int? in
            guard let base = bytes.baseAddress else { return nil }
            var start = 0
            // The C library's search: ten thousand of these share two processors with the daemon.
            while start + 1 < bytes.count, let found = memchr(base + start, 10, bytes.count - start - 1) {
                start = base.distance(to: UnsafeRawPointer(found)) + 1
                if bytes[start] == UInt8(ascii: "\n") { return start + 1 }
            }
            return nil
        }
        return length.flatMap { rest.readSlice(length: $0)?.readableBytesView }
    }

    func channelInactive(context: ChannelHandlerContext) {
        began.fail(LoadError("a watcher's connection was closed"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
