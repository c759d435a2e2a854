import Synchronization

/// How many connections are accepted and not yet being read.
///
/// On its way from one to the other a connection goes from event loop to event loop, and no read pass can tell that
/// there is one: it has to be counted.
final class OpeningConnections: Sendable {
    private let accepted = Atomic<Int>(0)
    private let closed = Atomic<Int>(0)
    private let activated = Atomic<Int>(0)
    private let deactivated = Atomic<Int>(0)

    /// On the loop that accepts.
    func connectionAccepted() { accepted.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// However far it got.
    func connectionClosed() { closed.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// From now on its bytes are read.
    func connectionActivated() { activated.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    func connectionDeactivated() { deactivated.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    var isEmpty: Bool {
        let neverActive = max(
            0,
            closed.load(ordering: .sequentiallyConsistent) - deactivated.load(ordering: .sequentiallyConsistent)
        )
        return accepted.load(ordering: .sequentiallyConsistent) - activated.load(ordering: .sequentiallyConsistent)
            - neverActive <= 0
    }

    /// Moves with every connection accepted.
    var count: UInt64 { UInt64(clamping: accepted.load(ordering: .sequentiallyConsistent)) }
}
