import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// How a connection is set up: HTTP/1.1 with our handlers in its pipeline, its tasks on its own event loop.
struct ConnectionChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        var inner: HTTP1Channel.Value
        var connection: Connection
        var executor: LoopExecutor
        var channel: any Channel { inner.channel }
    }

    private let inner: HTTP1Channel
    private let tls: ServerTLS?
    private let isLocal: Bool

    init(
        _ limits: RequestLimits,
        _ readPass: EventLoopReadPass,
        _ connections: OpenConnections,
        _ shortWay: ShortWay,
        _ tls: ServerTLS?,
        isLocal: Bool = false,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.tls = tls
        self.isLocal = isLocal
        inner = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: Self.handlers(limits, readPass, connections, shortWay),
                // It would not see the calls that take the short way, and close their connections.
                idleTimeout: nil,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerField,
                    maxHeaderListSize: limits.headerList,
                    maxHeaderFieldCount: limits.headerCount
                )
            )
        )
    }

    /// From the network to the router.
    private static func handlers(
        _ limits: RequestLimits,
        _ readPass: EventLoopReadPass,
        _ connections: OpenConnections,
        _ shortWay: ShortWay
    ) -> [any RemovableChannelHandler] {
        let limits = RequestLimitsHandler(limits)
        let connection = ConnectionHandler(readPass, connections)
        return [limits, connection, ShortWayHandler(shortWay, limits, connection), BadRequestHandler()]
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        if let tls {
            do {
                try channel.pipeline.syncOperations.addHandlers(CiphertextHandler(), tls.handler())
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        let peer = isLocal ? LocalUser.peer(of: channel).map(Peer.user) : channel.eventLoop.makeSucceededFuture(.anyone)
        return peer.and(inner.setup(channel: channel, logger: logger)).flatMapThrowing { peer, inner in
            let pipeline = channel.pipeline.syncOperations
            let handler = try pipeline.handler(type: ConnectionHandler.self)
            handler.connection.peer = peer
            if tls != nil { try pipeline.handler(type: CiphertextHandler.self).connection = handler }
            return Value(inner: inner, connection: handler.connection, executor: LoopExecutor(channel.eventLoop))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(value.executor) {
            await Connection.$current.withValue(value.connection) {
                await inner.handle(value: value.inner, logger: logger)
            }
        }
    }
}
