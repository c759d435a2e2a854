import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Tells the read pass about the heartbeats of one connection.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let readPass: EventLoopReadPass
    private(set) var connection = Connection(nil)
    private var isHeartbeat = false
    /// A heartbeat has begun, bytes of it came in this read, and it has not ended.
    private var isContinuing = false
    private var isActive = false

    init(_ readPass: EventLoopReadPass) {
        self.readPass = readPass
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connection = Connection(readPass.part(of: context.eventLoop))
    }

    func channelActive(context: ChannelHandlerContext) {
        isActive = true
        readPass.opening.connectionActivated()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            isHeartbeat = Self.isHeartbeat(head)
            isContinuing = isHeartbeat
        case .body: isContinuing = isHeartbeat
        case .end:
            isContinuing = false
            connection.requestRead(isHeartbeat: isHeartbeat)
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isContinuing { connection.heartbeatContinues() }
        isContinuing = false
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational: connection.applied()
        case .end: connection.replyWritten()
        default: break
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { connection.clientLeft() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.closed()
        if isActive { readPass.opening.connectionDeactivated() }
        isActive = false
        context.fireChannelInactive()
    }

    private static func isHeartbeat(_ head: HTTPRequest) -> Bool {
        guard let target = head.path else { return false }
        switch head.method {
        case .post: return target.hasPrefix("/v1/heartbeats")
        case .put, .delete:
            guard target.hasPrefix("/v1/services/") else { return false }
            let path = target.utf8.firstIndex(of: UInt8(ascii: "?")).map { target[..<$0] } ?? target[...]
            return path.hasSuffix("/heartbeat")
        default: return false
        }
    }
}
