import Foundation
import Glibc

/// The manager's end: a real datagram socket, read without waiting.
final class NotifySocket {
    let name: String
    private let descriptor: Int32
    private let path: String?

    struct Failure: Error {
        var call: String
        var code: Int32
    }

    /// Binds a name nobody else has: in the abstract namespace, or at a path in the temporary directory.
    init(isAbstract: Bool) throws {
        let unique = "rollcall-notify-\(UUID().uuidString)"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(unique).path
        name = isAbstract ? "@\(unique)" : path
        self.path = isAbstract ? nil : path

        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 } else { bytes.append(0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw Failure(call: "bind", code: errno) }
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    /// What has arrived since the last call.
    ///
    /// A datagram is here as soon as its sender's call returned.
    func messages() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { return messages }
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}
