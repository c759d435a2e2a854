import NIOCore
import RollcallWire

/// A reply with a JSON body as it goes over the connection: head and body in one buffer, so that no handler has to make
/// them of parts.
struct FramedReply {
    private static let beginning = Array(
        """
        HTTP/1.1 200 OK\r
        Content-Type: application/json\r
        \(APIVersion.headerName): \(APIVersion.current)\r
        Content-Length:\u{20}
        """.utf8
    )
    /// Bytes of the rest of the head.
    private static let restSize = 128
    private static let datagramPort = Array("\r\n\(DatagramPort.headerName): ".utf8)

    private var date = HTTPDate()

    /// - Parameters:
    ///   - body: The body.
    ///   - datagramPort: Where its receiver may beat with datagrams as well, if anywhere.
    ///   - allocator: Of the connection.
    /// - Returns: The whole reply.
    mutating func buffer(_ body: [UInt8], datagramPort: Int?, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: Self.beginning.count + Self.restSize + body.count)
        buffer.writeBytes(Self.beginning)
        buffer.writeString(String(body.count))
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date.now())
        if let datagramPort {
            buffer.writeBytes(Self.datagramPort)
            buffer.writeString(String(datagramPort))
        }
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
