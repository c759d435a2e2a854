import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import RollcallWire

/// Gives the bare 400 of a request that was no HTTP the contract's error document.
///
/// Such a request never reaches the router.
final class BadRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var isBroken = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError { isBroken = true }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isBroken, case .head(var head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else {
            context.write(data, promise: promise)
            return
        }
        let body = ErrorDocument.bytes(
            WireError(
                code: .malformed,
                message: "the request is not HTTP/1.1, or its head is larger than allowed"
            )
        )
        head.headerFields[.contentLength] = String(body.count)
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.apiVersion] = APIVersion.current.description
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: promise)
    }
}
