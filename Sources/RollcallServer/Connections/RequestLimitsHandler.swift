import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Keeps one connection within its limits: heads and bodies that are too slow, bodies that are too long, replies that
/// nobody reads, connections that nobody uses.
///
/// A body that is longer than allowed is ended for the router at the limit, which answers 413; what still comes is
/// dropped, and the connection is closed after the reply. It also answers `Expect: 100-continue`, which the server
/// does not.
final class RequestLimitsHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: RequestLimits
    /// Requests read, at least in part, and not yet answered.
    private var inFlight = 0
    private var isReadingBody = false
    private var bodyBytes = 0
    /// Bytes were read that are no whole head yet.
    private var hasHeadBegun = false
    /// Parts of a request came out of the bytes of this read.
    private var hasReadParts = false
    private var isInputClosed = false
    /// Nothing more of this connection is looked at: its body was cut, or it asked for the end.
    private var isCut = false
    /// No request comes after this one.
    private var isLast = false
    /// It asked for another protocol, which nobody here speaks: what follows it is no HTTP any more.
    private var isUpgrade = false
    /// The body that comes in waits for `100 Continue`, until the requests before it are answered.
    private var isContinueDue = false
    private var headTimer: Scheduled<Void>?
    private var bodyTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    private var isLingering = false
    private var idleTimer: Scheduled<Void>?
    /// When the connection opened, or its last reply was written.
    private var lastUse = NIODeadline.distantPast
    private var context: ChannelHandlerContext?

    init(_ limits: RequestLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        lastUse = context.eventLoop.now
        timeIdleness(context)
        context.fireChannelActive()
    }

    /// The timer is not moved with every request: when it is over it looks how much of the time is left.
    private func timeIdleness(_ context: ChannelHandlerContext) {
        guard idleTimer == nil, inFlight == 0 else { return }
        let limit = limits.idle
        idleTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastUse + limit) {
            self.idleTimer = nil
            if !context.channel.isWritable { self.lastUse = context.eventLoop.now }
            if self.inFlight == 0, context.eventLoop.now - self.lastUse >= limit {
                context.close(promise: nil)
            } else {
                self.timeIdleness(context)
            }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isCut { return }
        hasReadParts = true
        switch unwrapInboundIn(data) {
        case .head(let head):
            endHead()
            inFlight += 1
            isReadingBody = true
            bodyBytes = 0
            isUpgrade = head.method == .connect || head.headerFields[.upgrade] != nil
            isLast = isUpgrade || head.headerFields[.connection]?.lowercased() == "close"
            context.fireChannelRead(data)
            if let length = head.headerFields[.contentLength].flatMap(Int.init), length > limits.body {
                cut(context)
            } else {
                isContinueDue = head.headerFields[.expect]?.lowercased() == "100-continue"
                sayContinue(context)
            }
        case .body(let part):
            bodyBytes += part.readableBytes
            context.fireChannelRead(data)
            if bodyBytes > limits.body { cut(context) }
        case .end:
            isReadingBody = false
            isContinueDue = false
            bodyTimer?.cancel()
            bodyTimer = nil
            isCut = isLast
            context.fireChannelRead(data)
        }
    }

    /// The parser keeps what it does not understand, so nothing is read behind a request for another protocol.
    func read(context: ChannelHandlerContext) {
        if !(isUpgrade && isCut) { context.read() }
    }

    private func sayContinue(_ context: ChannelHandlerContext) {
        guard isContinueDue, inFlight == 1 else { return }
        isContinueDue = false
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    /// A body has its time from when it is at work: before that nobody may read it.
    private func timeBody(_ context: ChannelHandlerContext) {
        guard isReadingBody, !isCut, bodyTimer == nil, inFlight == 1 else { return }
        bodyTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.bodyTime) {
            context.close(promise: nil)
        }
    }

    /// Most requests are whole by now; only for the others there is a timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        timeBody(context)
        // Between two requests, bytes of which no part came are the beginning of a head.
        if !isReadingBody, !isCut, !hasReadParts { hasHeadBegun = true }
        hasReadParts = false
        timeHead(context)
        context.fireChannelReadComplete()
    }

    /// While a request is in flight, the rest of the next one's head may have to wait for its answer.
    private func timeHead(_ context: ChannelHandlerContext) {
        guard hasHeadBegun, headTimer == nil, inFlight == 0, !isInputClosed else { return }
        headTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.headTime) {
            context.close(promise: nil)
        }
    }

    private func endHead() {
        hasHeadBegun = false
        headTimer?.cancel()
        headTimer = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            // The end of the input was a read without parts as well.
            isInputClosed = true
            endHead()
        } else if event is ChannelShouldQuiesceEvent, inFlight > 0 {
            // What was begun is answered, and then it is enough.
            isLast = true
            if !isReadingBody { isCut = true }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func cut(_ context: ChannelHandlerContext) {
        isCut = true
        isReadingBody = false
        bodyTimer?.cancel()
        bodyTimer = nil
        context.fireChannelRead(wrapInboundOut(.end(nil)))
        if inFlight == 0 { linger(context) }
    }

    private func linger(_ context: ChannelHandlerContext) {
        guard !isLingering else { return }
        isLingering = true
        context.eventLoop.assumeIsolated().scheduleTask(in: limits.lingering) { context.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where isCut && inFlight == 1 && head.status.kind != .informational:
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            context.write(data, promise: promise)
            replyEnded(context)
        default: context.write(data, promise: promise)
        }
    }

    /// Whether the reply that is due may be written past this handler, which has nothing to say in it.
    var canBePassed: Bool { !isCut && inFlight == 1 }

    /// A reply was written past this handler.
    func replyPassed() {
        if let context { replyEnded(context) }
    }

    private func replyEnded(_ context: ChannelHandlerContext) {
        inFlight = max(0, inFlight - 1)
        lastUse = context.eventLoop.now
        timeIdleness(context)
        if isCut, inFlight == 0 { linger(context) }
        timeHead(context)
        timeBody(context)
        sayContinue(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        if !context.channel.isWritable {
            stallTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.writeStall) {
                context.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        headTimer?.cancel()
        bodyTimer?.cancel()
        stallTimer?.cancel()
        idleTimer?.cancel()
        context.fireChannelInactive()
    }
}
