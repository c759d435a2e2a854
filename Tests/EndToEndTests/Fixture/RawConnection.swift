import Glibc

/// A TCP connection to a daemon, blocking, with nothing between the test and the bytes.
final class RawConnection {
    struct Failed: Error {
        let what: String
        let errno: Int32
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// - Parameters:
    ///   - port: Where on 127.0.0.1 the daemon listens.
    ///   - patience: How long a read or a write may wait.
    /// - Throws: `Failed`.
    init(port: Int, patience: Duration = .seconds(30)) throws {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw Failed(what: "socket", errno: errno) }
        let (seconds, fraction) = patience.components
        // A `timeval`, whose fields one module or another of the C library has, as libraries are built.
        var time = (Int(seconds), Int(fraction / 1_000_000_000_000))
        let size = socklen_t(MemoryLayout.size(ofValue: time))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failed(what: "connect", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Says that nothing more will be sent.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let sent = bytes[start...].withUnsafeBytes { piece in
                Glibc.send(descriptor, piece.baseAddress, piece.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failed(what: "send", errno: errno) }
            start += sent
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// The next reply, whole.
    ///
    /// - Returns: The reply, or nil when the daemon closed the connection instead.
    /// - Throws: `Failed` when nothing came in time.
    func reply() throws -> RawReply? {
        while true {
            if let (reply, length) = RawReply.parse(received) {
                received.removeFirst(length)
                return reply
            }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno != ECONNRESET { throw Failed(what: "recv", errno: errno) }
            guard count > 0 else { return nil }
            received += buffer[..<count]
        }
    }

    /// A request with its reply.
    func exchange(
        _ method: String,
        _ target: String,
        body: String? = nil,
        headers: String = ""
    ) throws -> RawReply? {
        try send(Self.request(method, target, body: body, headers: headers))
        return try reply()
    }

    /// The bytes of a request; further headers have their ends of line.
    static func request(_ method: String, _ target: String, body: String? = nil, headers: String = "") -> String {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)"
        if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + (body ?? "")
    }
}
