import CMemcached

/// Which of several servers a key belongs to: consistent hashing as other clients do it (ketama), so that whoever looks
/// a key up finds the server that it was put on.
///
/// No server is ever left out: the keys of one that does not answer are nowhere else.
@safe package final class MemcachedRing: @unchecked Sendable {
    // Never changed once made, and only read by the function that is called on it.
    private let handle: UnsafeMutablePointer<memcached_st>
    package let servers: [MemcachedAddress]

    /// - Parameter servers: In the order that every client has them in, at least one.
    /// - Throws: When the library cannot use one of them.
    package init(_ servers: [MemcachedAddress]) throws(MemcachedError) {
        unsafe handle = try Memcached.make()
        self.servers = servers
        unsafe Memcached.set(
            handle,
            MEMCACHED_BEHAVIOR_DISTRIBUTION,
            UInt64(MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA.rawValue)
        )
        unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_HASH, UInt64(MEMCACHED_HASH_MD5.rawValue))
        for server in servers {
            let result = unsafe memcached_server_add(handle, server.host, server.port)
            guard result == MEMCACHED_SUCCESS else { throw unsafe Memcached.error(result, handle) }
        }
    }

    deinit { unsafe memcached_free(handle) }

    /// The position of the key's server in `servers`.
    package func server(of key: String) -> Int {
        guard servers.count > 1 else { return 0 }
        var key = key
        let position = key.withUTF8 { key in
            unsafe key.withMemoryRebound(to: CChar.self) {
                unsafe memcached_generate_hash(handle, $0.baseAddress, $0.count)
            }
        }
        return min(Int(position), servers.count - 1)
    }
}

/// Where a server is.
package struct MemcachedAddress: Hashable, Sendable, CustomStringConvertible {
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String { "\(host):\(port)" }
}

/// What all uses of the library share.
enum Memcached {
    static func make() throws(MemcachedError) -> UnsafeMutablePointer<memcached_st> {
        guard let handle = unsafe memcached_create(nil) else {
            throw MemcachedError(
                number: MEMCACHED_MEMORY_ALLOCATION_FAILURE.rawValue,
                message: "there is no memory left"
            )
        }
        return unsafe handle
    }

    static func set(_ handle: UnsafeMutablePointer<memcached_st>, _ behaviour: memcached_behavior_t, _ value: UInt64) {
        _ = unsafe memcached_behavior_set(handle, behaviour, value)
    }

    static func error(
        _ result: memcached_return_t,
        _ handle: UnsafeMutablePointer<memcached_st>
    ) -> MemcachedError {
        let text = unsafe memcached_last_error_message(handle) ?? memcached_strerror(handle, result)
        return MemcachedError(
            number: result.rawValue,
            message: unsafe text.map { unsafe String(cString: $0) } ?? "memcached failed"
        )
    }
}
