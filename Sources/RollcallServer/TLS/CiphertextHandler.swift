import NIOCore

/// Stands before TLS, and sees bytes of which nothing came out yet: part of a record, or of a handshake.
///
/// A heartbeat may be in them, so that they count for the read pass as the beginning of one.
final class CiphertextHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Who sees what comes out.
    weak var connection: ConnectionHandler?
    private var hasRead = false
    private var partsBefore: UInt64 = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasRead = true
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        guard let connection else { return }
        if hasRead, connection.partsRead == partsBefore { connection.connection.heartbeatContinues() }
        hasRead = false
        partsBefore = connection.partsRead
    }
}
