import Glibc
import ServerFixtures
import Synchronization
import Testing

/// The socket on which systemd would listen.
final class NotifySocket: Sendable {
    private let descriptor: Int32
    private let messages = Mutex<[String]>([])

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    /// Every message so far, in order.
    var received: [String] {
        messages.withLock { messages in
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count >= 0 else { return messages }
                messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
            }
        }
    }

    /// Waits for a message that was not among the first ones.
    func message(_ beginning: String, after count: Int = 0) async throws -> String {
        try await eventually("systemd is told \(beginning)") {
            received.dropFirst(count).first { $0.hasPrefix(beginning) }
        }
    }
}
