import Synchronization

/// A value behind a lock that the thread sanitizer understands.
///
/// `Mutex` waits on a futex inside the standard library, which the sanitizer does not see: it takes everything behind
/// one for a race. The two atomic accesses within each hold are what it sees instead; they order the holds exactly as
/// the lock does, and cost nothing on a processor whose loads acquire and whose stores release.
package struct Locked<Value: ~Copyable>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>
    private let turn = Atomic<UInt8>(0)

    package init(_ value: consuming sending Value) {
        mutex = Mutex(value)
    }

    /// Calls `body` with the value while nobody else has it.
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock { value throws(Failure) in
            _ = turn.load(ordering: .acquiring)
            defer { turn.store(1, ordering: .releasing) }
            return try body(&value)
        }
    }
}
