import HTTPTypes
import NIOCore
import NIOHTTPTypes
import NIOSSL
import NIOTLS

/// Tells of one connection what happens on it: the read pass about its heartbeats, and who keeps room for new ones about
/// its requests.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let readPass: EventLoopReadPass
    private let connections: OpenConnections
    private(set) var connection = Connection(nil)
    private var isHeartbeat = false
    /// A heartbeat has begun, bytes of it came in this read, and it has not ended.
    private var isContinuing = false
    /// Where it stands among the open connections; nil before and after.
    private var place: OpenConnections.Place?
    /// Requests read, at least in part, whose replies are not sent.
    private var inFlight = 0
    /// Parts of requests that were read.
    private(set) var partsRead: UInt64 = 0
    /// The request that comes in now has not ended.
    private var isReading = false
    /// What makes others close the connection, held back until all replies are sent.
    private var endings: [Any] = []
    private var context: ChannelHandlerContext?

    init(_ readPass: EventLoopReadPass, _ connections: OpenConnections) {
        self.readPass = readPass
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection = Connection(readPass.part(of: context.eventLoop))
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        place = connections.join(context.channel)
        guard place != nil else {
            context.close(promise: nil)
            return
        }
        readPass.opening.connectionActivated()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partsRead &+= 1
        switch unwrapInboundIn(data) {
        case .head(let head):
            isHeartbeat = Self.isHeartbeat(head)
            isContinuing = isHeartbeat
            if inFlight == 0, let place { connections.requestBegan(place) }
            inFlight += 1
            isReading = true
            connection.requestBegan()
        case .body: isContinuing = isHeartbeat
        case .end:
            isContinuing = false
            isReading = false
            connection.requestRead(isHeartbeat: isHeartbeat)
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isContinuing { connection.heartbeatContinues() }
        isContinuing = false
        context.fireChannelReadComplete()
    }

    /// The call read last has met the roster, which did not settle it, or is no document to meet it with.
    func met(_ call: Result<HeartbeatCall, DocumentError>) {
        connection.met(call)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational:
            connection.applied()
            context.write(data, promise: promise)
        case .end: context.write(data, promise: replyWritten(promise ?? context.eventLoop.makePromise(), context))
        default: context.write(data, promise: promise)
        }
    }

    /// A whole reply is written past this handler: what is to be kept when it is sent.
    func replyPasses() -> EventLoopPromise<Void>? {
        connection.applied()
        return context.map { replyWritten($0.eventLoop.makePromise(), $0) }
    }

    private func replyWritten(
        _ sent: EventLoopPromise<Void>,
        _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void> {
        connection.replyWritten()
        sent.futureResult.assumeIsolated().whenComplete { _ in self.replySent(context) }
        return sent
    }

    private func replySent(_ context: ChannelHandlerContext) {
        // What was no request is answered, too.
        guard inFlight > 0 else { return }
        inFlight -= 1
        guard inFlight == 0 else { return }
        if let place { connections.answered(place) }
        let ended = endings
        endings = []
        for event in ended { context.fireUserInboundEventTriggered(event) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent, let certificate = Self.certificate(context) {
            connection.peer = .holder(certificate)
        }
        let isEndOfInput = if case ChannelEvent.inputClosed = event { true } else { false }
        if isEndOfInput { connection.clientLeft() }
        // A request whose rest will not come is not answered.
        let isOwed = inFlight > 0 && !(isEndOfInput && isReading)
        if isOwed, isEndOfInput || event is ChannelShouldQuiesceEvent {
            endings.append(event)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.closed()
        if let place {
            readPass.opening.connectionDeactivated()
            connections.leave(place)
        }
        place = nil
        context.fireChannelInactive()
    }

    /// What the client has shown in the handshake; one that cannot be read is none.
    private static func certificate(_ context: ChannelHandlerContext) -> PeerCertificate? {
        try? context.pipeline.syncOperations.nioSSL_peerCertificate().map(PeerCertificate.init)
    }

    private static func isHeartbeat(_ head: HTTPRequest) -> Bool {
        guard let target = head.path else { return false }
        switch head.method {
        case .post: return target.hasPrefix("/v1/heartbeats")
        case .put, .delete:
            guard target.hasPrefix("/v1/services/") else { return false }
            // The end of a whole string is found in its bytes, that of a part of one character by character.
            guard let query = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
                return target.hasSuffix("/heartbeat")
            }
            return target[..<query].hasSuffix("/heartbeat")
        default: return false
        }
    }
}
