import DriverCompany
import LivenessCore

/// What the two halves of the driver share: what this daemon keeps alive, and who its services are.
final class Membership: Sendable {
    private struct State {
        var holdings = Holdings()
        var sightings: Sightings
        /// This daemon's own, once written.
        var beat: Int64?
    }

    private let state: Locked<State>
    private let source = BoardSource()

    /// - Parameter daemon: The id of this daemon.
    init(daemon: String) { state = Locked(State(sightings: Sightings(own: daemon))) }

    func begin(_ board: @escaping @Sendable () -> Board) { source.begin(board) }

    /// The board as it is now; nil before this daemon has begun.
    var board: Board? { source.board }

    var beat: Int64? { state.withLock { $0.beat } }

    func wrote(_ beat: Int64) { state.withLock { $0.beat = beat } }

    func withHoldings<Result: Sendable>(_ body: (inout Holdings) -> sending Result) -> sending Result {
        state.withLock { body(&$0.holdings) }
    }

    /// Lets go of those who are silent here, or are no more.
    func letGo(on board: Board, at now: ContinuousClock.Instant) {
        state.withLock { state in
            let sightings = state.sightings
            state.holdings.letGo(at: now, holders: sightings.holders) { board.keeps($0, $1) }
        }
    }

    /// Takes in what a look at the tree found.
    ///
    /// - Parameters:
    ///   - change: What is new.
    ///   - beats: Those of complete owners, read before.
    ///   - services: Those looked at; nil for all.
    ///   - board: Who is known.
    ///   - observation: What others heard is added to it.
    func take(
        _ change: MemberTree.Change,
        _ beats: [String: Beat],
        _ services: [ServiceKey]?,
        on board: Board,
        _ observation: inout BackendObservation
    ) {
        state.withLock { state in
            let gone = state.sightings.take(change, beats, isWhole: services == nil, on: board)
            for node in gone { state.holdings.lost(node.seat, at: node.path) }
            if observation.isEmptied { state.sightings.tellSessionsAgain() }
            observation.sessions = state.sightings.takeSessions()
            if let services {
                for one in services { state.sightings.count(one.service, beats, on: board, &observation) }
            } else {
                observation.silent = state.sightings.takeSilent(beats)
                let holdings = state.holdings
                let isHeldHere = { (service: UInt32) -> Bool in
                    if holdings.held(Holdings.Seat(service: service)) != nil { return true }
                    guard board.extras[service] != nil else { return false }
                    return board.seats(of: service).contains { holdings.held($0) != nil }
                }
                state.sightings.count(beats, on: board, &observation, isHeldHere: isHeldHere)
                observation.heldElsewhere = state.sightings.heldElsewhere(beats, isHeldHere: isHeldHere)
            }
        }
    }
}
