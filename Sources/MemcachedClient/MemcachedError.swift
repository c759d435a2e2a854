import CMemcached

/// What the library said when something could not be done.
package struct MemcachedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The library's `memcached_return_t`.
    package var number: UInt32
    package var message: String

    package var description: String { "\(message) (error \(number))" }

    /// A server that does not answer.
    package init(unanswered server: String) {
        self.init(number: MEMCACHED_CONNECTION_FAILURE.rawValue, message: "no answer from \(server)")
    }

    init(number: UInt32, message: String) {
        self.number = number
        self.message = message
    }

    /// Whether the server did not answer: it has refused nothing.
    package var isLoss: Bool { !Self.refusals.contains(number) }

    /// What the library or a server that answers says of a key or a value.
    private static let refusals: Set<UInt32> = [
        MEMCACHED_BAD_KEY_PROVIDED.rawValue, MEMCACHED_KEY_TOO_BIG.rawValue, MEMCACHED_E2BIG.rawValue,
        MEMCACHED_INVALID_ARGUMENTS.rawValue, MEMCACHED_NOTSTORED.rawValue, MEMCACHED_CLIENT_ERROR.rawValue,
        MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE.rawValue, MEMCACHED_MEMORY_ALLOCATION_FAILURE.rawValue,
    ]
}
