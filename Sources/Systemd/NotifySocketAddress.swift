import Glibc

/// Where `NOTIFY_SOCKET` points: a path, or with a leading `@` a name in the abstract namespace of Linux.
struct NotifySocketAddress: Sendable {
    private let address: sockaddr_un
    private let length: socklen_t

    /// - Returns: `nil` for what is neither a path nor an abstract name (`vsock:` is not served), is too long, or
    ///   holds a NUL.
    init?(_ text: String) {
        var name = Array(text.utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        guard isAbstract || name.first == UInt8(ascii: "/"), name.count > 1, !name.contains(0) else { return nil }
        if isAbstract {
            name[0] = 0
        } else {
            name.append(0)
        }

        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard name.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }

        self.address = address
        // An abstract name ends where the length says, not at a NUL.
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
        length = socklen_t(offset + name.count)
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
