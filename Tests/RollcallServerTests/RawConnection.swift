import Glibc
import NIOCore

/// A socket without a client library, for bytes that no client would send.
final class RawConnection: Sendable {
    private let descriptor: CInt

    init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let result = address.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard result == 0 else { throw Failure(errno: errno) }
        // A test that waits for what never comes fails instead of hanging.
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    struct Failure: Error {
        var errno: CInt
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }

    /// Takes little of what it does not read.
    func readReluctantly() { keepUnread(4_096) }

    /// How many bytes the system keeps that nobody has read.
    func keepUnread(_ bytes: CInt) {
        var size = bytes
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }

    /// How many of these bytes could be sent at once.
    func offer(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
        return max(0, count)
    }

    /// The connection will be reset, and not finished, when nobody holds it any more.
    func resetWhenClosed() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    func finishSending() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// A read with a time limit is not begun again by the system when a signal comes, of other tests' children say.
    private static func wasInterrupted(_ count: Int) -> Bool { count < 0 && errno == EINTR }

    /// What comes until `marker`, until the other side closes, or for a minute, whatever else comes meanwhile.
    func receive(until marker: String) -> String {
        var received: [UInt8] = []
        let wanted = Array(marker.utf8)
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if Self.wasInterrupted(count) { continue }
            if count <= 0 { break }
            let fresh = max(0, received.count - wanted.count)
            received += buffer[..<count]
            if !wanted.isEmpty, contains(received[fresh...], wanted) { break }
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Everything until the other side closes; nil when it does not within a minute.
    func receiveToEnd() -> String? {
        var received: [UInt8] = []
        while true {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if Self.wasInterrupted(count) { continue }
            if count == 0 || (count < 0 && errno == ECONNRESET) { return String(decoding: received, as: UTF8.self) }
            if count < 0 { return nil }
            received += buffer[..<count]
        }
    }

    /// With the C library's search for a byte: closures of a debug build take seconds for what a watcher is told.
    private func contains(_ bytes: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while start + wanted.count <= bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, CInt(wanted[0]), bytes.count - wanted.count - start + 1)
            {
                if memcmp(found, wanted, wanted.count) == 0 { return true }
                start = base.distance(to: UnsafeRawPointer(found)) + 1
            }
            return false
        }
    }
}

/// Runs what blocks on a thread of its own, so that no event loop or task waits for it.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        BlockingThread.start { continuation.resume(with: Swift.Result { try body() }) }
    }
}

private enum BlockingThread {
    final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let result = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            },
            work.toOpaque()
        )
        if result == 0 {
            pthread_detach(thread)
        } else {
            work.takeRetainedValue().body()
        }
    }
}
