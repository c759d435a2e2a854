import DriverCompany
import LivenessCore

/// What the two halves of the driver share: what this daemon keeps alive, and who its services are.
final class Membership: Sendable {
    private struct State {
        var holdings = Holdings()
        /// This daemon's own, once written.
        var beat: Int64?
    }

    private let state = Locked(State())
    private let source = BoardSource()

    func begin(_ board: @escaping @Sendable () -> Board) { source.begin(board) }

    /// The board as it is now; nil before this daemon has begun.
    var board: Board? { source.board }

    var beat: Int64? { state.withLock { $0.beat } }

    func wrote(_ beat: Int64) { state.withLock { $0.beat = beat } }

    func withHoldings<Result: Sendable>(_ body: (inout Holdings) -> sending Result) -> sending Result {
        state.withLock { body(&$0.holdings) }
    }

    /// Whether this daemon hears the service itself.
    func isHeld(_ service: UInt32, on board: Board) -> Bool {
        state.withLock { state in
            if state.holdings.held(Holdings.Seat(service: service)) != nil { return true }
            guard board.extras[service] != nil else { return false }
            return board.seats(of: service).contains { state.holdings.held($0) != nil }
        }
    }

    /// Lets go of those whom this daemon hears no more.
    func sweep() {
        // Whoever is heard from here on is kept, whatever the board says of before.
        let flushes = state.withLock { $0.holdings.flushes }
        guard let board else { return }
        state.withLock { $0.holdings.letGo(asOf: flushes) { board.keeps($0, $1) } }
    }

    /// These nodes of this daemon's are gone.
    func lost(_ nodes: [(seat: Holdings.Seat, path: String)]) {
        if nodes.isEmpty { return }
        state.withLock { state in
            for node in nodes { state.holdings.lost(node.seat, at: node.path) }
        }
    }
}
