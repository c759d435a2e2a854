import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import RollcallServer

@Suite("The limits of a connection")
struct RequestLimitsTests {
    private func channel(
        _ limits: RequestLimits = RequestLimits(),
        idle: TimeAmount = .hours(1_000)
    ) throws -> EmbeddedChannel {
        var limits = limits
        limits.idle = idle
        let channel = EmbeddedChannel(handler: RequestLimitsHandler(limits))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func head(_ fields: HTTPFields) -> HTTPRequestPart {
        .head(HTTPRequest(method: .post, scheme: "http", authority: "h", path: "/", headerFields: fields))
    }

    @Test("a reader that takes nothing is cut, and one that takes something is not")
    func stuckReader() throws {
        for isSlow in [false, true] {
            let channel = try channel()
            for _ in 0..<3 {
                channel.isWritable = false
                channel.pipeline.fireChannelWritabilityChanged()
                channel.embeddedEventLoop.advanceTime(by: .seconds(20))
                if isSlow {
                    channel.isWritable = true
                    channel.pipeline.fireChannelWritabilityChanged()
                }
                channel.embeddedEventLoop.advanceTime(by: .seconds(20))
            }
            #expect(channel.isActive == isSlow)
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test("a body that is dripped is cut when its time is over, however often a byte comes")
    func drip() throws {
        let channel = try channel()
        try channel.writeInbound(head([.contentLength: "1000"]))
        for _ in 0..<9 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
            #expect(channel.isActive)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a connection is idle a while after its last reply, and never while it waits for one")
    func idle() throws {
        let channel = try channel(idle: .seconds(60))
        for _ in 0..<3 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(50))
            try channel.writeInbound(head([:]))
            try channel.writeInbound(HTTPRequestPart.end(nil))
            channel.embeddedEventLoop.advanceTime(by: .seconds(100))
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a body that ends in time is not cut later")
    func inTime() throws {
        let channel = try channel()
        try channel.writeInbound(head([.contentLength: "1"]))
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("of a body that is too long the rest is dropped, and the connection closed after the reply")
    func tooLong() throws {
        var limits = RequestLimits()
        limits.body = 10
        let channel = try channel(limits)
        try channel.writeInbound(head([.transferEncoding: "chunked"]))
        for _ in 0..<5 { try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "12345678"))) }
        var parts: [HTTPRequestPart] = []
        while let part = try channel.readInbound(as: HTTPRequestPart.self) { parts.append(part) }
        #expect(parts.count == 4)
        #expect(parts.last == .end(nil))
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .contentTooLarge)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    // MARK: Heads

    /// A channel that reads bytes, as the server's do.
    private func byteChannel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(HTTPRequestDecoder()),
            PartCodec(),
            RequestLimitsHandler(RequestLimits())
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test("a head that is dripped is cut when its time is over, counted from its first byte")
    func drippedHead() throws {
        let channel = try byteChannel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(30))
        #expect(channel.isActive)
        for byte in "GET /healt" {
            try channel.writeInbound(ByteBuffer(string: String(byte)))
            #expect(channel.isActive)
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a head that ends in time is not cut later, and the next one has its own time")
    func headInTime() throws {
        let channel = try byteChannel()
        for _ in 0..<3 {
            try channel.writeInbound(ByteBuffer(string: "GET /healthz HTTP/1.1\r\n"))
            channel.embeddedEventLoop.advanceTime(by: .seconds(9))
            try channel.writeInbound(ByteBuffer(string: "Host: localhost\r\n\r\n"))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
            channel.embeddedEventLoop.advanceTime(by: .seconds(20))
            #expect(channel.isActive)
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("the head of the next request has time until the one before is answered, and then its own")
    func headBehindRequest() throws {
        let channel = try byteChannel()
        try channel.writeInbound(ByteBuffer(string: "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        try channel.writeInbound(ByteBuffer(string: "GET /healthz HT"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("the end of what a client sends is no head")
    func endOfInput() throws {
        let channel = try byteChannel()
        try channel.writeInbound(ByteBuffer(string: "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        channel.pipeline.fireChannelReadComplete()
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(50))
        #expect(channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// The parts of a server in the types that the handlers speak.
private final class PartCodec: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part: HTTPRequestPart =
            switch unwrapInboundIn(data) {
            case .head(let head): .head(HTTPRequest(method: .get, scheme: "http", authority: "h", path: head.uri))
            case .body(let bytes): .body(bytes)
            case .end: .end(nil)
            }
        context.fireChannelRead(wrapInboundOut(part))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head: .head(HTTPResponseHead(version: .http1_1, status: .ok))
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end: .end(nil)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
