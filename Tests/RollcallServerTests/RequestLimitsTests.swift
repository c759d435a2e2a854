import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import RollcallServer

@Suite("The limits of a connection")
struct RequestLimitsTests {
    private func channel(_ limits: RequestLimits = RequestLimits()) throws -> EmbeddedChannel {
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
}
