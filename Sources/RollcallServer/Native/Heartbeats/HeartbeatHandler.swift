import HTTPTypes
import LivenessEngine
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import RollcallWire

/// The short way of `POST /v1/heartbeats`: from bytes to bytes on the event loop, past the router.
///
/// A call whose head leaves nothing to refuse is held here until it is whole, and then meets the roster. Where the
/// roster alone settles it, it is answered here, with bytes past the encoder. Everything else goes on to the router, so
/// that there is one place that refuses and one that waits for the store; and so does what comes behind a request that
/// the router has not answered yet: on one connection everything happens in the order in which it was sent.
final class HeartbeatHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What all connections share.
    struct ShortWay: Sendable {
        let engine: LivenessEngine
        let intake: Intake
        let names: HostNames
        let access: AccessControl
        let audit: AuditLog
        let datagrams: DatagramPort
        let answered: RequestMetrics.Series

        init(
            engine: LivenessEngine,
            names: HostNames,
            access: AccessControl,
            audit: AuditLog,
            datagrams: DatagramPort,
            _ requests: RequestMetrics
        ) {
            self.engine = engine
            intake = engine.intake
            self.names = names
            self.access = access
            self.audit = audit
            self.datagrams = datagrams
            answered = requests.series(route: "/v1/heartbeats", method: "POST", status: 200)
        }
    }

    /// A call on its way in.
    private struct Incoming {
        var head: HTTPRequest
        var identity: Identity
        var scope: Intake.AnswerScope
        var body = ByteBuffer()
        var began: NIODeadline
    }

    /// Bytes of a body: what a longer one costs is its heartbeats, not its way, and others would wait for it.
    static let longestBody = 256 << 10

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
            if let scope = scope(head, context), let identity = reporter(head) {
                incoming = Incoming(head: head, identity: identity, scope: scope, began: .now())
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
            if read + part.readableBytes > Self.longestBody { passOn(context) }
        case .end:
            if let call = incoming, settle(call, context) {
                incoming = nil
            } else {
                passOn(context)
                context.fireChannelRead(data)
            }
        }
    }

    /// Takes a whole call to the roster; whether that settled it, and it is answered.
    private func settle(_ whole: Incoming, _ context: ChannelHandlerContext) -> Bool {
        let scanned = Result { () throws(DocumentError) in try HeartbeatScanner.scan(Array(buffer: whole.body)) }
        let met = scanned.map { document in
            let document = document.admitted(whole.identity) {
                let caller = whole.identity.caller(at: context.remoteAddress?.ipAddress)
                way.audit.refused(by: caller, "heartbeat", $0, lacking: .scope)
            }
            return HeartbeatCall.meeting(document, answering: whole.scope, way.intake)
        }
        guard let encoder, limits.canBePassed, case .success(let call) = met, call.isSettled else {
            connection.met(met)
            // The router needs no body of it any more.
            incoming?.body.clear()
            return false
        }
        // What goes on to the router is counted there.
        _ = way.access.take(whole.identity, at: way.engine.now)
        send(call, began: whole.began, past: encoder)
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

    /// What the caller wants to be told; nil when the router has to look at the call.
    private func scope(_ head: HTTPRequest, _ context: ChannelHandlerContext) -> Intake.AnswerScope? {
        guard openCount == 0, head.method == .post, let target = head.path, isForUs(head.authority, context),
            Self.isPlain(head.headerFields)
        else { return nil }
        switch target {
        case "/v1/heartbeats", "/v1/heartbeats?reply=full": return .all
        case "/v1/heartbeats?reply=brief": return .news
        default: return nil
        }
    }

    /// Who sent it; nil when the router has to refuse them.
    private func reporter(_ head: HTTPRequest) -> Identity? {
        let identity = try? way.access.identity(
            of: head.headerFields,
            connection.connection.peer,
            at: way.engine.wall(way.engine.now)
        )
        guard let identity, identity.holds(.reporter), way.access.wait(of: identity, at: way.engine.now) == nil else {
            return nil
        }
        return identity
    }

    private func isForUs(_ authority: String?, _ context: ChannelHandlerContext) -> Bool {
        guard let authority else { return false }
        if authority == acceptedHost || connection.connection.peer.isLocal { return true }
        let localAddress = context.channel.localAddress?.ipAddress
        guard way.names.contains(HostNames.host(authority), localAddress: localAddress) else { return false }
        acceptedHost = authority
        return true
    }

    private static func isPlain(_ fields: HTTPFields) -> Bool {
        guard BodyMiddleware.isJSON(fields[.contentType]) else { return false }
        if let connection = fields[.connection], connection.lowercased() != "keep-alive" { return false }
        guard let version = fields[.apiVersion] else { return true }
        return APIVersion(version).map(VersionMiddleware.isSpoken) ?? false
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isFlushDue { context.flush() }
        isFlushDue = false
        context.fireChannelReadComplete()
    }

    // MARK: Out

    private func send(_ call: HeartbeatCall, began: NIODeadline, past encoder: ChannelHandlerContext) {
        let reply = HeartbeatReplyWriter.render(call.batch, way.intake.reply(call.meeting, answering: call.scope))
        let bytes = framed.buffer(reply, datagramPort: way.datagrams.current, encoder.channel.allocator)
        encoder.write(NIOAny(IOData.byteBuffer(bytes)), promise: connection.replyPasses())
        limits.replyPassed()
        way.answered.record(began: began)
    }

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
