import Glibc

/// A port of loopback that nobody listens on at this moment.
///
/// Below those that the system gives to connections (from 32768, ip(7)): such a one could be given away before the
/// server has it, or while it is being started again.
package func freePort() -> UInt16 {
    while true {
        let port = UInt16.random(in: 10_000..<32_768)
        if withSocket(port: port, { bind($0, $1, $2) == 0 }) { return port }
    }
}

/// Whether somebody listens on that port of loopback.
func isListening(_ port: UInt16) -> Bool {
    withSocket(port: port) { descriptor, address, length in connect(descriptor, address, length) == 0 }
}

private func withSocket<Result>(
    port: UInt16,
    _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    // Not for children: one that is started at this moment would keep the port.
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// What the server on that port of loopback answers to a word before it closes the connection; nil when it does not.
func ask(_ port: UInt16, _ word: String) -> String? {
    withSocket(port: port) { descriptor, address, length in
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard connect(descriptor, address, length) == 0, write(descriptor, word, word.utf8.count) > 0 else {
            return nil
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &part, part.count)
            if count < 0 { return nil }
            if count == 0 { return String(decoding: answer, as: UTF8.self) }
            answer += part[..<count]
        }
    }
}
