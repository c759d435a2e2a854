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
    private static let restSize = 96

    private var date = HTTPDate()

    mutating func buffer(_ body: [UInt8], _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: Self.beginning.count + Self.restSize + body.count)
        buffer.writeBytes(Self.beginning)
        buffer.writeString(String(body.count))
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date.now())
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
