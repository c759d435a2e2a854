import DriverCompany
import LivenessCore

/// The ZooKeeper driver's rules over a model of the ensemble.
///
/// A flush makes nodes of those who were heard and have none, removes those of the silent, and then moves the daemon's
/// beat. A look reads the beats first and then what came and went.
final class ModelZooKeeperDriver: LivenessDriver, LivenessReporter, LivenessObserver {
    private struct State {
        var holdings: ModelHoldings
        var sightings: ModelSightings
        var counts = VisibleCounts()
        var board: (@Sendable () -> Board)?
    }

    private let ensemble: ModelEnsemble
    private let rows: DaemonRows
    private let clock: ModelClock
    private let daemon: String
    private let state: Locked<State>

    init(_ ensemble: ModelEnsemble, _ store: InMemoryStore, _ clock: ModelClock, _ settings: LivenessSettings) {
        self.ensemble = ensemble
        self.clock = clock
        daemon = settings.daemon
        rows = DaemonRows(store: store, daemon: settings.daemon)
        state = Locked(State(holdings: ModelHoldings(settings), sightings: ModelSightings(own: settings.daemon)))
    }

    var reporter: any LivenessReporter { self }
    var observer: any LivenessObserver { self }
    var guarantees: DriverGuarantees { .model("zookeeper", .pushes) }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) {
        state.withLock { $0.board = board }
    }

    private var board: Board? { state.withLock { $0.board }?() }

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        guard let board else { return FlushResult(news: [], missing: [], incarnations: []) }
        state.withLock { state in
            let sightings = state.sightings
            let change = state.holdings.flush(flush.renewals, on: board, at: clock.now) { sightings.holders(of: $0) }
            ensemble.write(removed: change.removed, made: change.made, beat: flush.count, of: daemon)
            state.counts.wrote(flush.count, of: daemon)
        }
        try await rows.note(flush)
        return FlushResult(news: [], missing: [], incarnations: [])
    }

    func remove(_ services: [ServiceKey]) async throws(DriverError) {
        ensemble.remove(state.withLock { $0.holdings.remove(services) })
    }

    func observe() async throws(DriverError) -> BackendObservation {
        let table = try await rows.look()
        let board = board
        let content = ensemble.read()
        return state.withLock { state in
            var observation = observation(table, content, &state)
            state.sightings.read(content, only: nil)
            guard let board else { return observation }
            observation.silent = state.sightings.takeSilent(content.beats, on: board)
            let holdings = state.holdings
            state.sightings.count(content.beats, on: board, &observation) { !holdings.holds($0) }
            observation.heldElsewhere = state.sightings.heldElsewhere(content.beats, on: board) { holdings.holds($0) }
            return observation
        }
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        let table = try await rows.look()
        let board = board
        let content = ensemble.read()
        return state.withLock { state in
            var observation = observation(table, content, &state)
            guard let board else { return observation }
            let asked = services.filter { Int($0.service) < board.count }
                .map { (uuid: board.cards[Int($0.service)].uuid, service: $0.service) }
            state.sightings.read(content, only: Set(asked.map(\.uuid)))
            for one in asked {
                state.sightings.count(one.uuid, one.service, content.beats, on: board, &observation)
            }
            return observation
        }
    }

    private func observation(
        _ table: HeartbeatObservation,
        _ content: ModelEnsemble.Content,
        _ state: inout State
    ) -> BackendObservation {
        DaemonRows.observation(table, &state.counts, own: daemon) { content.beats[$0]?.number }
    }
}
