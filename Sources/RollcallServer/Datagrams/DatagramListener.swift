import Glibc
import HeartbeatDatagrams
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The socket at which heartbeats are read as datagrams.
struct DatagramListener: Sendable {
    /// Bytes that the kernel keeps while the loop does something else; some 700 of them go with each datagram.
    private static let receiveBuffer = 8 << 20

    let host: String
    /// 0 lets the system choose.
    let port: Int
    let group: any EventLoopGroup
    let readPass: EventLoopReadPass
    let around: DatagramHandler.Surroundings

    /// Reads until graceful shutdown.
    ///
    /// - Parameter isBound: Told the port.
    /// - Throws: When the address cannot be listened on.
    func run(isBound: @Sendable (Int) -> Void) async throws {
        let channel = try await bind()
        isBound(channel.localAddress?.port ?? 0)
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                try? await channel.closeFuture.get()
            } onGracefulShutdown: {
                channel.close(promise: nil)
            }
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func bind() async throws -> any Channel {
        let (around, readPass) = (around, readPass)
        let capacity = DatagramHandler.vector * HeartbeatDatagram.size * 2
        let bootstrap = DatagramBootstrap(group: group.next())
            .channelOption(.autoRead, value: false)
            .channelOption(.datagramVectorReadMessageCount, value: DatagramHandler.vector)
            .channelOption(.maxMessagesPerRead, value: DatagramHandler.vectorsPerRead)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: capacity))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = DatagramHandler(around, readPass.part(of: channel.eventLoop))
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            await enlargeBuffer(of: channel)
            return channel
        } catch let error as IOError {
            throw CannotListen(setting: "listen.datagram", host: host, port: port, error: error)
        }
    }

    /// As far as the system lets this user.
    private func enlargeBuffer(of channel: any Channel) async {
        let forced = ChannelOptions.Types.SocketOption(level: .socket, name: .init(rawValue: SO_RCVBUFFORCE))
        let size = SocketOptionValue(Self.receiveBuffer)
        do { try await channel.setOption(forced, value: size).get() } catch {
            try? await channel.setOption(.socketOption(.so_rcvbuf), value: size).get()
        }
    }
}
