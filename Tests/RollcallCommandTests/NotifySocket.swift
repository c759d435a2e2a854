import Dispatch
import Glibc
import Testing

/// The socket on which systemd would listen.
final class NotifySocket: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
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

    deinit {
        close(descriptor)
    }

    /// Reads until this has come, for at most a minute.
    ///
    /// - Returns: Everything up to it.
    func received(until last: String) async -> [String] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var messages: [String] = []
                var patience = timeval(tv_sec: 60, tv_usec: 0)
                setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while messages.last?.hasPrefix(last) != true {
                    let count = recv(self.descriptor, &buffer, buffer.count, 0)
                    guard count >= 0 else { break }
                    messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
                }
                continuation.resume(returning: messages)
            }
        }
    }

    /// What was sent so far.
    func received() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return messages }
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}
