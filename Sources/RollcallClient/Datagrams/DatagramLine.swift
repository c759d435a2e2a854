internal import AsyncHTTPClient
internal import HeartbeatDatagrams
internal import NIOCore
internal import NIOPosix

/// A socket that sends heartbeats to one daemon in datagrams, and waits for what it acknowledges.
final class DatagramLine: Sendable {
    /// The id of the key it signs with; 0 without one.
    let keyID: UInt64
    private let key: DatagramKey?
    private let channel: any Channel
    private let waiting: NIOLoopBound<Acknowledgements>

    private init(_ channel: any Channel, _ waiting: NIOLoopBound<Acknowledgements>, _ key: DatagramKey?) {
        self.channel = channel
        self.waiting = waiting
        self.key = key
        keyID = key?.id ?? 0
    }

    /// - Throws: When the host is not known, or the system has no socket for it.
    static func open(host: String, port: Int, _ key: DatagramKey?) async throws -> DatagramLine {
        let loop = HTTPClient.defaultEventLoopGroup.next()
        let waiting = try await loop.submit { NIOLoopBound(Acknowledgements(key), eventLoop: loop) }.get()
        let channel = try await DatagramBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(waiting.value)
                }
            }
            .connect(host: host, port: port).get()
        return DatagramLine(channel, waiting, key)
    }

    /// Sends a heartbeat that asks to be acknowledged, and waits for that.
    ///
    /// - Throws: When no acknowledgement came in time, or nobody listens there.
    func send(
        _ heartbeat: HeartbeatDatagram,
        within limit: Duration
    ) async throws -> AcknowledgementDatagram.Entry {
        let bytes = ByteBuffer(bytes: heartbeat.bytes(signedBy: key))
        let (channel, waiting) = (channel, waiting)
        return try await channel.eventLoop.flatSubmit { () -> EventLoopFuture<AcknowledgementDatagram.Entry> in
            let answer = waiting.value.wait(for: heartbeat, within: limit, on: channel.eventLoop)
            guard let remote = channel.remoteAddress else {
                waiting.value.failAll(ChannelError.ioOnClosedChannel)
                return answer
            }
            channel.writeAndFlush(AddressedEnvelope(remoteAddress: remote, data: bytes), promise: nil)
            return answer
        }.get()
    }

    func close() { channel.close(promise: nil) }
}

/// Heartbeats that wait to be acknowledged, and what comes for them.
private final class Acknowledgements: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private struct Waiting {
        var heartbeat: HeartbeatDatagram
        var answer: EventLoopPromise<AcknowledgementDatagram.Entry>
    }

    private let key: DatagramKey?
    private var waiting: [Waiting] = []

    init(_ key: DatagramKey?) { self.key = key }

    func wait(
        for heartbeat: HeartbeatDatagram,
        within limit: Duration,
        on loop: any EventLoop
    ) -> EventLoopFuture<AcknowledgementDatagram.Entry> {
        let answer = loop.makePromise(of: AcknowledgementDatagram.Entry.self)
        waiting.append(Waiting(heartbeat: heartbeat, answer: answer))
        loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) {
            self.waiting.removeAll { $0.heartbeat == heartbeat }
            answer.fail(TimeLimitExceeded(limit: limit))
        }
        return answer.futureResult
    }

    func channelRead(context _: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).data
        guard let datagram = AcknowledgementDatagram(bytes.readableBytesSpan, signedBy: key) else { return }
        for entry in datagram.entries {
            waiting.removeAll { waiting in
                guard entry.acknowledges(waiting.heartbeat) else { return false }
                waiting.answer.succeed(entry)
                return true
            }
        }
    }

    func failAll(_ error: any Error) {
        for waiting in waiting { waiting.answer.fail(error) }
        waiting = []
    }

    func channelInactive(context _: ChannelHandlerContext) { failAll(ChannelError.ioOnClosedChannel) }

    /// Nobody listens there.
    func errorCaught(context _: ChannelHandlerContext, error: any Error) { failAll(error) }
}
