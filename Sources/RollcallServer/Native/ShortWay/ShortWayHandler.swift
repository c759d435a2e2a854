import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Answers a connection's plain calls from bytes to bytes on the event loop, past the router.
///
/// A call whose head leaves nothing to refuse is held here until it is whole. Its heartbeats then meet the roster, its
/// question the published board. Where that alone settles it, it is answered here, with bytes past the encoder.
/// Everything else goes on to the router, so that there is one place that refuses and one that waits for the store; and
/// so does what comes behind a request that the router has not answered yet: on one connection everything happens in the
/// order in which it was sent.
final class ShortWayHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A call on its way in.
    private struct Incoming {
        var head: HTTPRequest
        var call: ShortCall
        var identity: Identity
        var body = ByteBuffer()
        var began: NIODeadline
    }

    private let way: ShortWay
    private let limits: RequestLimitsHandler
    private let connection: ConnectionHandler
    /// Of what turns the parts of replies into bytes: whole replies are written past it.
    private var encoder: ChannelHandlerContext?
    private var incoming: Incoming?
    /// Requests that the router has not answered yet.
    private var openCount = 0
    private var isFlushDue = false
    private var isReadDue = false
    private var acceptedHost: String?
    private var framed = FramedReply()

    init(_ way: ShortWay, _ limits: RequestLimitsHandler, _ connection: ConnectionHandler) {
        self.way = way
        self.limits = limits
        self.connection = connection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { encoder = nil }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let taken = taken(head, context) {
                incoming = taken
            } else {
                openCount += 1
                context.fireChannelRead(data)
            }
        case .body(var part):
            guard let read = incoming?.body.readableBytes else {
                context.fireChannelRead(data)
                return
            }
            if read == 0 { incoming?.body = part } else { incoming?.body.writeBuffer(&part) }
            if read + part.readableBytes > ShortWay.longestBody { passOn(context) }
        case .end:
            if let whole = incoming, settle(whole, context) {
                incoming = nil
            } else {
                passOn(context)
                context.fireChannelRead(data)
            }
        }
    }

    /// The call that a head begins; nil when the router has to look at it.
    private func taken(_ head: HTTPRequest, _ context: ChannelHandlerContext) -> Incoming? {
        guard openCount == 0, let target = head.path, let call = ShortCall(head.method, target),
            isForUs(head.authority, context), ShortWay.isPlain(call, head.headerFields),
            let identity = way.identity(head.headerFields, connection.connection.peer, sending: call)
        else { return nil }
        return Incoming(head: head, call: call, identity: identity, began: .now())
    }

    private func isForUs(_ authority: String?, _ context: ChannelHandlerContext) -> Bool {
        guard let authority else { return false }
        if authority == acceptedHost || connection.connection.peer.isLocal { return true }
        guard way.answers(for: authority, at: context.channel.localAddress?.ipAddress) else { return false }
        acceptedHost = authority
        return true
    }

    /// Takes a whole call to the roster or the board; whether that settled it, and it is answered.
    private func settle(_ whole: Incoming, _ context: ChannelHandlerContext) -> Bool {
        let met = way.meet(
            whole.call,
            whole.body,
            from: whole.identity,
            through: whole.head.headerFields[.relay],
            at: context.remoteAddress?.ipAddress
        )
        guard let encoder, limits.canBePassed, let reply = way.reply(to: whole.call, met) else {
            if let met {
                connection.met(met)
                // The router needs no body of it any more.
                incoming?.body.clear()
            }
            return false
        }
        let bytes = framed.buffer(
            reply,
            datagramPort: way.datagramPort(toldWith: whole.call),
            encoder.channel.allocator
        )
        encoder.write(NIOAny(IOData.byteBuffer(bytes)), promise: connection.replyPasses())
        limits.replyPassed()
        way.count(whole.call, from: whole.identity, began: whole.began)
        isFlushDue = true
        return true
    }

    /// Hands what there is of a call, if there is one, over to the router.
    private func passOn(_ context: ChannelHandlerContext) {
        guard let call = incoming else { return }
        incoming = nil
        openCount += 1
        context.fireChannelRead(wrapInboundOut(.head(call.head)))
        if call.body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(call.body))) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isFlushDue { context.flush() }
        isFlushDue = false
        context.fireChannelReadComplete()
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // What is no HTTP is answered without having been counted.
        if case .end = unwrapOutboundIn(data), openCount > 0 { openCount -= 1 }
        context.write(data, promise: promise)
    }

    /// Whoever does not read the replies is not read any further.
    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable { context.read() } else { isReadDue = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReadDue, context.channel.isWritable {
            isReadDue = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }
}
