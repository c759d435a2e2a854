import DriverCompany
import LivenessCore

/// The memcached driver's rules over a model of the server.
///
/// A flush sets one value for each service heard, which outlasts its down time by two seconds, then the daemon's count. A
/// look asks for the counts first and then for every key; a value that is another than before, written by somebody else,
/// is a heartbeat with its sequence.
final class ModelMemcachedDriver: LivenessDriver, LivenessReporter, LivenessObserver {
    private struct State {
        var seen: [ServiceUUID: ModelMemcached.Value] = [:]
        /// All keys were looked for once.
        var isComplete = false
        var counts = VisibleCounts()
        var board: (@Sendable () -> Board)?
    }

    private static let grace = Duration.seconds(2)

    private let server: ModelMemcached
    private let rows: DaemonRows
    private let clock: ModelClock
    private let settings: LivenessSettings
    private let state = Locked(State())

    init(_ server: ModelMemcached, _ store: InMemoryStore, _ clock: ModelClock, _ settings: LivenessSettings) {
        self.server = server
        self.clock = clock
        self.settings = settings
        rows = DaemonRows(store: store, daemon: settings.daemon)
    }

    var reporter: any LivenessReporter { self }
    var observer: any LivenessObserver { self }
    var guarantees: DriverGuarantees { .model("memcached", .polls) }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) {
        state.withLock { $0.board = board }
    }

    private var board: Board? { state.withLock { $0.board }?() }

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        var values: [(ServiceUUID, ModelMemcached.Value, lifetime: Duration)] = []
        if !flush.renewals.isEmpty, let board {
            for renewal in flush.renewals where Int(renewal.service) < board.count {
                let value = ModelMemcached.Value(
                    incarnation: board.incarnation(of: renewal.service) ?? "",
                    sequence: renewal.sequence ?? 0,
                    owner: settings.daemon
                )
                let lifetime = settings.downTime(of: renewal.service, on: board) + Self.grace
                values.append((board.cards[Int(renewal.service)].uuid, value, lifetime))
            }
        }
        server.set(values, count: flush.count, of: settings.daemon, at: clock.now)
        state.withLock { $0.counts.wrote(flush.count, of: settings.daemon) }
        try await rows.note(flush)
        return FlushResult(news: [], missing: [], incarnations: [])
    }

    func remove(_ services: [ServiceKey]) async throws(DriverError) {
        guard let board else { return }
        server.remove(services.filter { Int($0.service) < board.count }.map { board.cards[Int($0.service)].uuid })
    }

    func observe() async throws(DriverError) -> BackendObservation {
        let table = try await rows.look()
        let board = board
        return state.withLock { state in
            var observation = observation(table, &state)
            guard let board else { return observation }
            for service in 0..<UInt32(board.count) where board.isListed(service) {
                take(service, board, isBaseline: !state.isComplete, &state, &observation)
            }
            state.isComplete = true
            return observation
        }
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        let table = try await rows.look()
        let board = board
        return state.withLock { state in
            var observation = observation(table, &state)
            guard let board else { return observation }
            for one in services where Int(one.service) < board.count {
                let isHeld = take(one.service, board, isBaseline: !state.isComplete, &state, &observation)
                if !isHeld { observation.missing.append(one.service) }
            }
            return observation
        }
    }

    private func observation(_ table: HeartbeatObservation, _ state: inout State) -> BackendObservation {
        DaemonRows.observation(table, &state.counts, own: settings.daemon) { server.count(of: $0) }
    }

    /// Whether there is a value.
    @discardableResult
    private func take(
        _ service: UInt32,
        _ board: Board,
        isBaseline: Bool,
        _ state: inout State,
        _ observation: inout BackendObservation
    ) -> Bool {
        let card = board.cards[Int(service)]
        guard let value = server.value(of: card.uuid, at: clock.now) else { return false }
        if state.seen.updateValue(value, forKey: card.uuid) == value || isBaseline { return true }
        if value.owner == settings.daemon { return true }
        if value.incarnation == board.incarnation(of: service) ?? "" {
            observation.changed.append(ObservedHeartbeat(service, on: board, sequence: value.sequence))
        } else {
            observation.unrecognised.append(
                UnrecognisedHeartbeat(id: card.id, uuid: card.uuid, incarnation: value.incarnation)
            )
        }
        return true
    }
}

extension DriverGuarantees {
    /// Of a model, which promises nothing.
    static func model(_ name: String, _ notice: Notice) -> DriverGuarantees {
        DriverGuarantees(
            name: name,
            granularity: .milliseconds(1),
            notice: notice,
            isPersistent: false,
            mayEvict: false,
            isShared: true,
            clock: .ours,
            typicalDetection: .zero,
            leastDownTime: { report, flush, _ in report + flush }
        )
    }
}
