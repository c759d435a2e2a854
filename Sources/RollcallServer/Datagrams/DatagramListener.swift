import Glibc
import HeartbeatDatagrams
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

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
    /// An answer that the system will not send, to an address that nobody can have, closes the socket: then it is opened
    /// anew, so that no sender can end it for the others.
    ///
    /// - Parameter isBound: Told the port.
    /// - Throws: When the address cannot be listened on.
    func run(isBound: @Sendable (Int) -> Void) async throws {
        let isOver = Mutex(false)
        var port = port
        while !isOver.withLock({ $0 }) {
            let channel = try await bind(to: port)
            port = channel.localAddress?.port ?? port
            isBound(port)
            let end = { @Sendable in
                isOver.withLock { $0 = true }
                channel.close(promise: nil)
            }
            await withTaskCancellationHandler {
                await withGracefulShutdownHandler {
                    try? await channel.closeFuture.get()
                } onGracefulShutdown: {
                    end()
                }
            } onCancel: {
                end()
            }
        }
    }

    private func bind(to port: Int) async throws -> any Channel {
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
