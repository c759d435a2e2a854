import CMemcached
import Glibc

/// The library's handle with one server in it.
@safe final class Connection {
    private let handle: UnsafeMutablePointer<memcached_st>

    /// - Parameters:
    ///   - address: The server.
    ///   - limit: An answer that stays away for longer is an error.
    ///   - isAnswered: Whether the server answers for each value; else values are gathered and sent in a stream.
    /// - Throws: When the library cannot use the address.
    init(_ address: MemcachedAddress, limit: Duration, isAnswered: Bool = true) throws(MemcachedError) {
        unsafe handle = try Memcached.make()
        let milliseconds = UInt64(
            clamping: max(1, limit.components.seconds * 1_000 + limit.components.attoseconds / 1_000_000_000_000_000)
        )
        unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, milliseconds)
        unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, milliseconds)
        unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1)
        unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_VERIFY_KEY, 1)
        // It is for us to say when a server is given up.
        unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0)
        if !isAnswered {
            unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_NOREPLY, 1)
            unsafe Memcached.set(handle, MEMCACHED_BEHAVIOR_BUFFER_REQUESTS, 1)
        }
        let result = unsafe memcached_server_add(handle, address.host, address.port)
        // From here on the handle is freed with the connection, also when this throws.
        try check(result)
    }

    deinit { unsafe memcached_free(handle) }

    func set(_ item: MemcachedServer.Item) throws(MemcachedError) {
        var (key, value) = (item.key, item.value)
        let lifetime = item.lifetime.map {
            min(max($0.components.seconds, 1), MemcachedServer.longestLifetime.components.seconds)
        }
        let result = key.withUTF8 { key in
            value.withUTF8 { value in
                unsafe key.withMemoryRebound(to: CChar.self) { key in
                    unsafe value.withMemoryRebound(to: CChar.self) { value in
                        unsafe memcached_set(
                            handle,
                            key.baseAddress,
                            key.count,
                            value.baseAddress,
                            value.count,
                            time_t(lifetime ?? 0),
                            0
                        )
                    }
                }
            }
        }
        try check(result)
    }

    /// Puts all of them there without an answer; what is asked next over this connection is answered after them.
    func send(_ items: [MemcachedServer.Item]) throws(MemcachedError) {
        for item in items { try set(item) }
        try check(unsafe memcached_flush_buffers(handle))
    }

    func remove(_ key: String) throws(MemcachedError) {
        var key = key
        let result = key.withUTF8 { key in
            unsafe key.withMemoryRebound(to: CChar.self) { key in
                unsafe memcached_delete(handle, key.baseAddress, key.count, 0)
            }
        }
        if result != MEMCACHED_NOTFOUND { try check(result) }
    }

    func values(of keys: [String]) throws(MemcachedError) -> [String: String] {
        let lengths = keys.map(\.utf8.count)
        var text: [CChar] = []
        text.reserveCapacity(lengths.reduce(0, +))
        for key in keys { text.append(contentsOf: key.utf8.lazy.map { CChar(bitPattern: $0) }) }
        let asked = unsafe text.withUnsafeBufferPointer { text in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            unsafe pointers.reserveCapacity(keys.count)
            var offset = 0
            for length in lengths {
                unsafe pointers.append(text.baseAddress.map { unsafe $0 + offset })
                offset += length
            }
            return unsafe memcached_mget(handle, pointers, lengths, keys.count)
        }
        try check(asked)
        var values: [String: String] = .init(minimumCapacity: keys.count)
        var result = MEMCACHED_SUCCESS
        while let fetched = unsafe memcached_fetch_result(handle, nil, &result) {
            let key = unsafe Self.text(memcached_result_key_value(fetched), memcached_result_key_length(fetched))
            values[key] = unsafe Self.text(memcached_result_value(fetched), memcached_result_length(fetched))
            unsafe memcached_result_free(fetched)
        }
        guard result == MEMCACHED_END || result == MEMCACHED_NOTFOUND || result == MEMCACHED_SUCCESS else {
            throw unsafe Memcached.error(result, handle)
        }
        return values
    }

    func statistics() throws(MemcachedError) -> [String: String] {
        var result = MEMCACHED_SUCCESS
        guard let counts = unsafe memcached_stat(handle, nil, &result) else {
            throw unsafe Memcached.error(result, handle)
        }
        defer { unsafe memcached_stat_free(handle, counts) }
        try check(result)
        guard let names = unsafe memcached_stat_get_keys(handle, counts, &result) else {
            throw unsafe Memcached.error(result, handle)
        }
        defer { unsafe free(names) }
        var statistics: [String: String] = [:]
        var position = 0
        while let name = unsafe names[position] {
            position += 1
            guard let value = unsafe memcached_stat_get_value(handle, counts, name, &result) else { continue }
            unsafe statistics[String(cString: name)] = unsafe String(cString: value)
            unsafe free(value)
        }
        return statistics
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    private func check(_ result: memcached_return_t) throws(MemcachedError) {
        guard result != MEMCACHED_SUCCESS, result != MEMCACHED_BUFFERED else { return }
        throw unsafe Memcached.error(result, handle)
    }
}
