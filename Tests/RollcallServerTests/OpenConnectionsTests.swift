import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import NIOPosix
import Synchronization
import Telemetry
import Testing

@testable import RollcallServer

@Suite("Open connections")
struct OpenConnectionsTests {
    private let lines = LogLines()
    private let registry = PrometheusRegistry()

    private func connections(most: Int) -> OpenConnections {
        let lines = lines
        return OpenConnections(
            most: most,
            youth: .zero,
            metrics: ConnectionMetrics(registry),
            logger: Logger(label: "test") { _ in lines }
        )
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test("one that asked before it was closed stays, and another goes")
    func spared() throws {
        let connections = connections(most: 2)
        let channels = [try channel(), try channel(), try channel()]
        let places = channels.compactMap(connections.join)
        connections.requestBegan(places[0])
        for channel in channels { channel.embeddedEventLoop.run() }
        #expect(channels.map(\.isActive) == [true, false, true])
        #expect(registry.exposition().contains("rollcall_http_connections_evicted_total 1\n"))
        for channel in channels { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("where newcomers are turned away, one who comes while all are busy is not taken in")
    func turnedAway() throws {
        let connections = OpenConnections(
            most: 1,
            turnsAway: true,
            youth: .zero,
            metrics: ConnectionMetrics(registry),
            logger: Logger(label: "test") { [lines] _ in lines }
        )
        #expect(connections.acceptLimit == .max)
        let channels = try (0...(1 + ConnectionLimit.above)).map { _ in try channel() }
        let places = channels.map { channel in
            let place = connections.join(channel)
            if let place { connections.requestBegan(place) }
            return place
        }
        #expect(places.dropLast().allSatisfy { $0 != nil } && places.last == .some(nil))
        #expect(registry.exposition().contains("rollcall_http_connections \(1 + ConnectionLimit.above)\n"))
        for channel in channels { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("nobody is closed while there is room")
    func room() throws {
        let connections = connections(most: 3)
        let channels = [try channel(), try channel(), try channel()]
        for channel in channels {
            _ = connections.join(channel)
            channel.embeddedEventLoop.run()
        }
        #expect(channels.map(\.isActive) == [true, true, true])
        #expect(registry.exposition().contains("rollcall_http_connections 3\n"))
        for channel in channels { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("a connection is busy until its reply is sent")
    func unsent() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let readPass = try await EventLoopReadPass(group)
        try answerUnderPressure(readPass)
        await readPass.close()
        try await group.shutdownGracefully()
    }

    /// On one thread from beginning to end, as channels without a real loop want it.
    private func answerUnderPressure(_ readPass: EventLoopReadPass) throws {
        let connections = connections(most: 1)
        let first = EmbeddedChannel(handler: ConnectionHandler(readPass, connections))
        try first.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let second = try channel()
        func run() {
            for channel in [first, second] { channel.embeddedEventLoop.run() }
        }
        let request = HTTPRequest(method: .get, scheme: "http", authority: "h", path: "/")
        for part in [HTTPRequestPart.head(request), .end(nil)] { try first.writeInbound(part) }
        for part in [HTTPResponsePart.head(HTTPResponse(status: .ok)), .end(nil)] { first.write(part, promise: nil) }
        connections.requestBegan(try #require(connections.join(second)))
        run()
        #expect(first.isActive && second.isActive)
        first.flush()
        run()
        #expect(!first.isActive && second.isActive)
        for channel in [first, second] { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("a full house is told once when it begins and once when it is over, however it breathes")
    func fullHouse() throws {
        let connections = connections(most: 16)
        let channels = try (0..<(16 + ConnectionLimit.above)).map { _ in try channel() }
        var places = try channels.map { channel in
            let place = try #require(connections.join(channel))
            connections.requestBegan(place)
            return place
        }
        for _ in 0..<3 {
            for place in places.suffix(3) { connections.answered(place) }
            for place in places.suffix(3) { connections.requestBegan(place) }
        }
        #expect(lines.levels == [.warning])
        for place in places.prefix(8) { connections.leave(place) }
        #expect(lines.levels == [.warning, .notice])
        places.removeFirst(8)
        for place in places { connections.leave(place) }
        #expect(lines.levels == [.warning, .notice])
        for channel in channels { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }
}

/// Keeps the levels of what is logged.
private final class LogLines: LogHandler {
    private let kept = Mutex<[Logger.Level]>([])

    var levels: [Logger.Level] { kept.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        kept.withLock { $0.append(event.level) }
    }
}
