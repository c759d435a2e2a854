import Glibc

/// A port of loopback that nobody listens on at this moment.
package func freePort() -> UInt16 {
    withSocket { descriptor, address, length in
        var length = length
        _ = bind(descriptor, address, length)
        _ = getsockname(descriptor, address, &length)
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
    }
}

/// Whether somebody listens on that port of loopback.
func isListening(_ port: UInt16) -> Bool {
    withSocket(port: port) { descriptor, address, length in connect(descriptor, address, length) == 0 }
}

private func withSocket<Result>(
    port: UInt16 = 0,
    _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
