package import LivenessCore
import Synchronization

/// The one liveness machine of this process behind its lock, and the board that it publishes.
///
/// Writers take the machine's lock for a bounded slice of work. Readers take a copy of the board, or look up one name in
/// it; no writer holds it while it works.
package final class SharedMachine: Sendable {
    private let machine: Locked<LivenessMachine>
    private let published: Locked<Board>
    private let lastPublished = Atomic<Int64>(.min / 4)
    package let time: any TimeSource

    package init(_ machine: LivenessMachine, time: any TimeSource) {
        self.published = Locked(machine.board)
        self.machine = Locked(machine)
        self.time = time
    }

    /// Changes the machine.
    ///
    /// `body` must be brief: heartbeats wait for it.
    package func withLock<Result: Sendable>(_ body: (inout LivenessMachine) -> sending Result) -> sending Result {
        machine.withLock { body(&$0) }
    }

    /// The board as last published.
    package var board: Board {
        published.withLock { $0 }
    }

    /// What the board as last published says of the service of that name; nil when there is none.
    ///
    /// It is looked up where the board lies: a copy has to retain and release each of its parts, which costs more.
    package func stateAnswer(_ bytes: [UInt8], host: Range<Int>, binary: Range<Int>) -> StateAnswer? {
        published.withLock { $0.stateAnswer(bytes, host: host, binary: binary) }
    }

    /// Publishes the board if it changed.
    package func publish() {
        let board: Board? = machine.withLock { machine in
            guard machine.isChanged else { return nil }
            machine.isChanged = false
            return machine.board
        }
        guard var board else { return }
        lastPublished.store(time.now.nanoseconds, ordering: .relaxed)
        // What only the old board held is given back when readers need not wait for that.
        published.withLock { swap(&$0, &board) }
    }

    /// Publishes the board if it changed, unless that happened a moment ago: the next tick will.
    ///
    /// The more services there are, the more a publication costs, and the longer a moment is (10 ns a service).
    package func publishSoon() {
        let board = published.withLock { $0.count }
        let gap = Int64(board) * 10
        guard time.now.nanoseconds - lastPublished.load(ordering: .relaxed) >= gap else { return }
        publish()
    }
}
