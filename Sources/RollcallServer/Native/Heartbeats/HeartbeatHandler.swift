import DequeModule
import HTTPTypes
import LivenessEngine
import NIOCore
import NIOHTTPTypes
import RollcallWire

/// The short way of `POST /v1/heartbeats`: from bytes to bytes on the event loop, past the router.
///
/// Calls whose heads leave nothing to refuse are held here until they are whole, and meet the roster at once, also
/// those that were pipelined behind a question not yet answered: what has arrived counts. Where the roster alone
/// settles it, the call is answered here, when it is its turn. Everything else goes on to the router, so that there is
/// one place that refuses and one that waits for the store.
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
    private struct Incoming {
        var head: HTTPRequest
        var scope: Intake.AnswerScope
        var body = ByteBuffer()
        var began: NIODeadline
    }

    /// Who is to answer next.
    private enum Turn {
        case router(isQuestion: Bool)
        case settled(HeartbeatCall, began: NIODeadline)
    }

    /// Bytes of a body: what a longer one costs is its heartbeats, not its way.
    private static let longestBody = 256 << 10
    /// Requests that may be open before a call that comes waits with the router.
    private static let mostOpen = 4

    private let way: ShortWay
    private let connection: ConnectionHandler
    private var incoming: Incoming?
    /// In the order of the requests; empty when all that was asked is answered.
    private var turns = Deque<Turn>()
    private var isFlushDue = false
    private var isReadDue = false
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
                incoming = Incoming(head: head, scope: scope, began: .now())
            } else {
                turns.append(.router(isQuestion: head.method == .get || head.method == .head))
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

    /// Takes a whole call to the roster; whether that was all, but for an answer in its turn.
    private func settle(_ whole: Incoming, _ context: ChannelHandlerContext) -> Bool {
        guard let document = try? HeartbeatScanner.scan(Array(buffer: whole.body)) else { return false }
        let call = HeartbeatCall.meeting(document, answering: whole.scope, way.intake)
        connection.met(call.isSettled ? nil : call)
        guard call.isSettled else {
            // The router needs no body of it any more.
            incoming?.body.clear()
            return false
        }
        if turns.isEmpty {
            send(call, began: whole.began, context)
            isFlushDue = true
        } else {
            turns.append(.settled(call, began: whole.began))
        }
        return true
    }

    /// Hands what there is of a call, if there is one, over to the router.
    private func passOn(_ context: ChannelHandlerContext) {
        guard let call = incoming else { return }
        incoming = nil
        turns.append(.router(isQuestion: false))
        context.fireChannelRead(wrapInboundOut(.head(call.head)))
        if call.body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(call.body))) }
    }

    /// What the caller wants to be told; nil when the router has to look at the call.
    private func scope(_ head: HTTPRequest, _ context: ChannelHandlerContext) -> Intake.AnswerScope? {
        guard head.method == .post, let target = head.path, mayOvertake, isForUs(head.authority, context),
            Self.isPlain(head.headerFields)
        else { return nil }
        switch target {
        case "/v1/heartbeats", "/v1/heartbeats?reply=full": return .all
        case "/v1/heartbeats?reply=brief": return .news
        default: return nil
        }
    }

    /// Only questions may be open: whatever changes something comes in its turn.
    private var mayOvertake: Bool {
        guard turns.count < Self.mostOpen else { return false }
        return turns.allSatisfy { turn in
            if case .router(isQuestion: false) = turn { false } else { true }
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

    private func send(_ call: HeartbeatCall, began: NIODeadline, _ context: ChannelHandlerContext) {
        let reply = HeartbeatReplyWriter.render(call.batch, way.intake.reply(call.meeting, answering: call.scope))
        var fields = HTTPFields()
        fields.append(HTTPField(name: .contentType, value: "application/json"))
        fields.append(HTTPField(name: .contentLength, value: String(reply.count)))
        fields.append(HTTPField(name: .apiVersion, value: APIVersion.current.description))
        fields.append(HTTPField(name: .date, value: date.now()))
        context.write(wrapOutboundOut(.head(HTTPResponse(status: .ok, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: reply))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        way.answered.record(began: began)
    }

    /// After the end of a reply of the router's it is the turn of the calls that came behind that request.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        context.write(data, promise: promise)
        // What is no HTTP is answered without having had a turn.
        guard case .end = part, !turns.isEmpty else { return }
        turns.removeFirst()
        while case .settled(let call, let began) = turns.first {
            turns.removeFirst()
            send(call, began: began, context)
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
