/// What the library said when something could not be done.
package struct MemcachedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The library's `memcached_return_t`.
    package var number: UInt32
    package var message: String

    package var description: String { "\(message) (error \(number))" }
}
