import LivenessEngine
import NIOCore
import Synchronization

/// How many connections are accepted and not yet being read, and whether more are accepted now.
///
/// On its way from one to the other a connection goes from event loop to event loop, and no read pass can tell that
/// there is one: it has to be counted.
final class OpeningConnections: Sendable {
    private let acceptedCount = Atomic<Int>(0)
    private let closedCount = Atomic<Int>(0)
    private let activatedCount = Atomic<Int>(0)
    private let deactivatedCount = Atomic<Int>(0)
    private let resumption = Wakeup()

    /// What one listening socket tells, on the loop that accepts its connections.
    final class Listener: Sendable {
        /// Connections that wait there at most: after so many, all that waited before are accepted.
        let backlog: Int
        private let opening: OpeningConnections
        private let acceptedCount = Atomic<Int>(0)
        private let isPaused = Atomic<Bool>(false)

        fileprivate init(_ opening: OpeningConnections, backlog: Int) {
            self.opening = opening
            self.backlog = backlog
        }

        /// It accepts more when it says so.
        func connectionAccepted() {
            isPaused.store(true, ordering: .sequentiallyConsistent)
            acceptedCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
            opening.acceptedCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        }

        /// From now on it is told when a connection waits.
        func acceptingMore() {
            isPaused.store(false, ordering: .sequentiallyConsistent)
            opening.resumption.signal()
        }

        /// However far it got.
        func connectionClosed() { opening.closedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

        var accepted: Int { acceptedCount.load(ordering: .sequentiallyConsistent) }
        var isAccepting: Bool { !isPaused.load(ordering: .sequentiallyConsistent) }
    }

    private let all = Mutex<[Listener]>([])

    /// Listening sockets; while nobody listens, nobody waits to be accepted.
    var listeners: [Listener] { all.withLock { $0 } }

    /// A listening socket more.
    func listener(backlog: Int) -> Listener {
        let listener = Listener(self, backlog: backlog)
        all.withLock { $0.append(listener) }
        return listener
    }

    /// From now on its bytes are read.
    func connectionActivated() { activatedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    func connectionDeactivated() { deactivatedCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Whether the next read pass of the loops that accept takes in those who wait.
    var isAccepting: Bool { listeners.allSatisfy(\.isAccepting) }

    /// Returns when connections are accepted, at the latest at the deadline.
    func waitUntilAccepting(by deadline: NIODeadline) async {
        let time = SystemTime()
        while !isAccepting {
            let left = deadline - .now()
            guard left > .zero else { return }
            // It throws when the task is cancelled.
            guard (try? await resumption.wait(atMost: .nanoseconds(left.nanoseconds), time)) != nil else { return }
        }
    }

    /// Connections accepted.
    var accepted: Int { acceptedCount.load(ordering: .sequentiallyConsistent) }

    /// Those of them whose bytes are read, or never will be.
    var settled: Int {
        let closed = closedCount.load(ordering: .sequentiallyConsistent)
        let deactivated = deactivatedCount.load(ordering: .sequentiallyConsistent)
        return activatedCount.load(ordering: .sequentiallyConsistent) + max(0, closed - deactivated)
    }
}
