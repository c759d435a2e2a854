import Synchronization

/// How many connections are accepted and not yet being read.
///
/// On its way from one to the other a connection goes from event loop to event loop, and no read pass can tell that
/// there is one: it has to be counted.
final class OpeningConnections: Sendable {
    private let acceptedCount = Atomic<Int>(0)
    private let closedCount = Atomic<Int>(0)
    private let activatedCount = Atomic<Int>(0)
    private let deactivatedCount = Atomic<Int>(0)

    /// On the loop that accepts.
    func connectionAccepted() { acceptedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// However far it got.
    func connectionClosed() { closedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// From now on its bytes are read.
    func connectionActivated() { activatedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    func connectionDeactivated() { deactivatedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Connections accepted.
    var accepted: Int { acceptedCount.load(ordering: .sequentiallyConsistent) }

    /// Those of them whose bytes are read, or never will be.
    var settled: Int {
        let closed = closedCount.load(ordering: .sequentiallyConsistent)
        let deactivated = deactivatedCount.load(ordering: .sequentiallyConsistent)
        return activatedCount.load(ordering: .sequentiallyConsistent) + max(0, closed - deactivated)
    }
}
