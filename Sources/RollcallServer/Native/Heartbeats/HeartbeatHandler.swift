import DequeModule
import HTTPTypes
import LivenessEngine
import NIOCore
import NIOHTTPTypes
import RollcallWire

/// The short way of `POST /v1/heartbeats`: from bytes to bytes on the event loop, past the router.
///
/// Calls whose heads leave nothing to refuse are held here until they are whole, and meet the roster at once, also
/// those that were pipelined behind a request not yet answered: what has arrived counts. Where the roster alone settles
/// it, the call is answered here, when it is its turn. Everything else goes on to the router as it came, so that there
/// is one place that refuses and one that waits for the store.
final class HeartbeatHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What all connections share.
    struct ShortWay: Sendable {
        let intake: Intake
        let names: HostNames
        let answered: RequestMetrics.Series

        init(intake: Intake, names: HostNames, _ requests: RequestMetrics) {
            self.intake = intake
            self.names = names
            answered = requests.series(route: "/v1/heartbeats", method: "POST", status: 200)
        }
    }

    /// A call on its way in.
    private struct Held {
        var head: HTTPRequest
        var scope: Intake.AnswerScope
        var body = ByteBuffer()
        var began: NIODeadline
    }

    /// Who is to answer next.
    private enum Turn {
        case router
        case reply([UInt8])
    }

    /// Replies that wait for their turn may have so many bytes; above that calls wait with the router.
    private static let mostWaiting = 1 << 20

    private let way: ShortWay
    private let connection: ConnectionHandler
    private var held: Held?
    /// In the order of the requests; empty when all that was asked is answered.
    private var turns = Deque<Turn>()
    private var waitingBytes = 0
    /// The request that comes in now goes to the router.
    private var isPassing = false
    /// Whoever asked for the connection's end asks nothing more.
    private var isEnding = false
    private var isFlushDue = false
    private var isReadDue = false
    private var quiesce: ChannelShouldQuiesceEvent?
    private var acceptedHost: String?
    private var date = HTTPDate()

    init(_ way: ShortWay, _ connection: ConnectionHandler) {
        self.way = way
        self.connection = connection
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let scope = scope(head, context) {
                held = Held(head: head, scope: scope, began: .now())
            } else {
                passOn(head, context)
            }
        case .body(var part):
            if isPassing || held == nil {
                context.fireChannelRead(data)
            } else if held?.body.readableBytes == 0 {
                held?.body = part
            } else {
                held?.body.writeBuffer(&part)
            }
        case .end(let trailer):
            guard let call = held else {
                isPassing = false
                context.fireChannelRead(data)
                return
            }
            held = nil
            take(call, trailer, context)
            if let event = quiesce { context.fireUserInboundEventTriggered(event) }
        }
    }

    /// A whole call.
    private func take(_ held: Held, _ trailer: HTTPFields?, _ context: ChannelHandlerContext) {
        let document =
            held.body.readableBytes <= WireLimits.bodyBytes
            ? try? HeartbeatScanner.scan(Array(buffer: held.body)) : nil
        if let document {
            let call = HeartbeatCall(document, answering: held.scope, way.intake)
            connection.met(call.isSettled ? nil : call)
            if call.isSettled {
                let reply = way.intake.reply(call.meeting, answering: call.scope)
                way.answered.record(began: held.began)
                answer(HeartbeatReplyWriter.render(call.batch, reply), context)
                return
            }
        }
        passOn(held.head, context)
        context.fireChannelRead(wrapInboundOut(.body(held.body)))
        context.fireChannelRead(wrapInboundOut(.end(trailer)))
        isPassing = false
    }

    private func passOn(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        isPassing = true
        turns.append(.router)
        if head.headerFields[.connection]?.lowercased() == "close" { isEnding = true }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// What the caller wants to be told; nil when the router has to look at the call.
    private func scope(_ head: HTTPRequest, _ context: ChannelHandlerContext) -> Intake.AnswerScope? {
        guard head.method == .post, let target = head.path, !isEnding, waitingBytes < Self.mostWaiting,
            isForUs(head.authority, context), Self.isPlain(head.headerFields)
        else { return nil }
        switch target {
        case "/v1/heartbeats", "/v1/heartbeats?reply=full": return .all
        case "/v1/heartbeats?reply=brief": return .news
        default: return nil
        }
    }

    private func isForUs(_ authority: String?, _ context: ChannelHandlerContext) -> Bool {
        guard let authority else { return false }
        if authority == acceptedHost { return true }
        let localAddress = context.channel.localAddress?.ipAddress
        guard way.names.contains(HostNames.host(authority), localAddress: localAddress) else { return false }
        acceptedHost = authority
        return true
    }

    private static func isPlain(_ fields: HTTPFields) -> Bool {
        var isJSON = false
        for field in fields {
            switch field.name {
            case .contentType: isJSON = field.value == "application/json" || BodyMiddleware.isJSON(field.value)
            case .connection: if field.value.lowercased() != "keep-alive" { return false }
            case .apiVersion:
                guard let version = APIVersion(field.value), VersionMiddleware.isSpoken(version) else { return false }
            default: break
            }
        }
        return isJSON
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isFlushDue { context.flush() }
        isFlushDue = false
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Whoever closes the connection then does not know of the call held here.
        if let event = event as? ChannelShouldQuiesceEvent, held != nil {
            quiesce = event
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Out

    private func answer(_ reply: [UInt8], _ context: ChannelHandlerContext) {
        guard turns.isEmpty else {
            turns.append(.reply(reply))
            waitingBytes += reply.count
            return
        }
        send(reply, context)
        isFlushDue = true
    }

    private func send(_ reply: [UInt8], _ context: ChannelHandlerContext) {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .contentType, value: "application/json"))
        fields.append(HTTPField(name: .contentLength, value: String(reply.count)))
        fields.append(HTTPField(name: .apiVersion, value: APIVersion.current.description))
        fields.append(HTTPField(name: .date, value: date.now()))
        context.write(wrapOutboundOut(.head(HTTPResponse(status: .ok, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: reply))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        context.write(data, promise: promise)
        // What is no HTTP is answered without having had a turn.
        guard case .end = part, !turns.isEmpty else { return }
        turns.removeFirst()
        while case .reply(let reply) = turns.first {
            turns.removeFirst()
            waitingBytes -= reply.count
            send(reply, context)
        }
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
