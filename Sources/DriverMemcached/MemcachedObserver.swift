import LivenessCore
import MemcachedClient

/// The reading half: every key is looked for, those of a server in questions of thousands with its canary last.
final class MemcachedObserver: LivenessObserver {
    private struct State {
        /// What was last seen under a key, as a hash of key and value.
        var seen: [String: Int] = [:]
        /// All keys were looked for once: what is new since was written since.
        var isComplete = false
        var evictions: [Int64]?
    }

    private let fleet: MemcachedFleet
    private let daemons: DaemonTable
    private let names: ServiceNames
    private let daemon: String
    /// On each server: gone when it was emptied.
    private let canaries: [MemcachedServer.Item]
    private let state = Locked(State())

    init(fleet: MemcachedFleet, daemons: DaemonTable, names: ServiceNames, daemon: String) {
        self.fleet = fleet
        self.daemons = daemons
        self.names = names
        self.daemon = daemon
        let nonce = ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)).description
        canaries = (0..<fleet.count).map { server in
            MemcachedServer.Item(key: names.canary(server: server, daemon: daemon), value: nonce, lifetime: nil)
        }
    }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) { names.begin(board) }

    func observe() async throws(DriverError) -> BackendObservation {
        let sight = try await daemons.look()
        do throws(MemcachedError) {
            return try await observe(sight)
        } catch {
            throw DriverError(error)
        }
    }

    private func observe(_ sight: DaemonTable.Sight) async throws(MemcachedError) -> BackendObservation {
        let board = names.board
        let entries = board.map { names.all(on: $0) } ?? []
        let (values, lost) = try await fleet.values(of: entries.map(\.key), canaries: canaries)
        let evictions = try await fleet.evictions()
        if !lost.isEmpty {
            try await fleet.place(Dictionary(uniqueKeysWithValues: lost.map { ($0, canaries[$0]) }))
        }
        var observation = observation(sight)
        state.withLock { state in
            // The canaries of this start are not there yet the first time.
            observation.isEmptied = state.isComplete && !lost.isEmpty
            observation.isEvicting = state.evictions.map { zip(evictions, $0).contains { $0 > $1 } } ?? false
            state.evictions = evictions
            if let board { take(entries, values, board, isBaseline: !state.isComplete, &state, &observation) }
            state.isComplete = board != nil
            // Of services that are gone.
            if state.seen.count > entries.count * 2 {
                let kept = Set(entries.map(\.key))
                state.seen = state.seen.filter { kept.contains($0.key) }
            }
        }
        return observation
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        let sight = try await daemons.look()
        guard let board = names.board, !services.isEmpty else { return observation(sight) }
        let entries = services.filter { Int($0.service) < board.count }
            .flatMap { names.entries(of: $0.service, on: board) }
        let found: (values: [String: String], lost: Set<Int>)
        do throws(MemcachedError) {
            found = try await fleet.values(of: entries.map(\.key), canaries: canaries)
        } catch {
            throw DriverError(error)
        }
        guard found.lost.isEmpty else {
            throw DriverError(.restarted, "a memcached server was emptied: the next observation says so")
        }
        var observation = observation(sight)
        let held = Set(entries.lazy.filter { found.values[$0.key] != nil }.map(\.service))
        observation.missing = services.map(\.service).filter { !held.contains($0) }
        state.withLock { take(entries, found.values, board, isBaseline: !$0.isComplete, &$0, &observation) }
        return observation
    }

    private func observation(_ sight: DaemonTable.Sight) -> BackendObservation {
        var observation = BackendObservation(
            epoch: sight.table?.head.logID ?? "",
            daemons: sight.table?.daemons ?? [],
            brakes: sight.table?.brakes ?? [],
            changed: [],
            head: sight.table?.head
        )
        observation.isDatabaseLost = sight.isOld
        return observation
    }

    /// Finds what changed, and by whom.
    private func take(
        _ entries: [ServiceNames.Entry],
        _ values: [String: String],
        _ board: Board,
        isBaseline: Bool,
        _ state: inout State,
        _ observation: inout BackendObservation
    ) {
        for entry in entries {
            guard let text = values[entry.key] else { continue }
            let mark = text.hashValue
            if state.seen.updateValue(mark, forKey: entry.key) == mark || isBaseline { continue }
            guard let value = MemcachedValue(text), value.owner != daemon else { continue }
            let card = board.cards[Int(entry.service)]
            guard (value.incarnation ?? "").utf8.elementsEqual((entry.incarnation ?? "").utf8) else {
                observation.unrecognised.append(card.id)
                continue
            }
            var sequence: UInt64?
            if case .stated(let number) = value.sequence { sequence = number }
            observation.changed.append(
                ObservedHeartbeat(
                    id: card.id,
                    uuid: card.uuid,
                    incarnationNumber: Int64(card.incarnationNumber),
                    sequence: sequence,
                    version: value.version,
                    reportInterval: value.reportInterval,
                    reportCount: Int64(board.hearings[Int(entry.service)].reportCount) + 1
                )
            )
        }
    }
}
