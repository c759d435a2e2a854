import DriverCompany
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
    private let counts: FlushCounts
    private let daemons: DaemonTable
    private let names: ServiceNames
    private let daemon: String
    /// On each server: gone when it was emptied.
    private let canaries: [MemcachedServer.Item]
    private let state = Locked(State())

    init(fleet: MemcachedFleet, counts: FlushCounts, daemons: DaemonTable, names: ServiceNames, daemon: String) {
        self.fleet = fleet
        self.counts = counts
        self.daemons = daemons
        self.names = names
        self.daemon = daemon
        let nonce = ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)).description
        canaries = (0..<fleet.count).map { server in
            MemcachedServer.Item(key: names.canary(server: server, daemon: daemon), value: nonce, lifetime: nil)
        }
    }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) {
        self.daemons.begin(daemons)
        names.begin(board)
    }

    func observe() async throws(DriverError) -> BackendObservation {
        let sight = try await daemons.look()
        do throws(MemcachedError) {
            return try await observe(sight)
        } catch {
            throw DriverError(error)
        }
    }

    private func observe(_ sight: DaemonTable.Sight) async throws(MemcachedError) -> BackendObservation {
        var observation = try await observation(sight)
        let board = names.board
        let entries = board.map { names.all(on: $0) } ?? []
        let (values, lost) = try await fleet.values(of: entries.map(\.key), canaries: canaries)
        let evictions = try await fleet.evictions()
        if !lost.isEmpty {
            try await fleet.place(Dictionary(uniqueKeysWithValues: lost.map { ($0, canaries[$0]) }))
        }
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
        var observation: BackendObservation
        let entries: [ServiceNames.Entry]
        let found: (values: [String: String], lost: Set<Int>)
        let board: Board
        do throws(MemcachedError) {
            observation = try await self.observation(sight)
            guard let known = names.board, !services.isEmpty else { return observation }
            board = known
            entries = services.filter { Int($0.service) < board.count }
                .flatMap { names.entries(of: $0.service, on: board) }
            found = try await fleet.values(of: entries.map(\.key), canaries: canaries)
        } catch {
            throw DriverError(error)
        }
        guard found.lost.isEmpty else {
            throw DriverError(.restarted, "a memcached server was emptied: the next observation says so")
        }
        let held = Set(entries.lazy.filter { found.values[$0.key] != nil }.map(\.service))
        observation.missing = services.map(\.service).filter { !held.contains($0) }
        state.withLock { take(entries, found.values, board, isBaseline: !$0.isComplete, &$0, &observation) }
        return observation
    }

    /// Who else is there, and how far they have flushed: before their keys are looked for.
    private func observation(_ sight: DaemonTable.Sight) async throws(MemcachedError) -> BackendObservation {
        var observation = BackendObservation(
            epoch: sight.table?.head.logID ?? "",
            daemons: try await counts.visible(sight.daemons, besides: daemon),
            // An old picture would show brakes that are over, and not those that engaged since.
            brakes: sight.isOld ? nil : sight.table?.brakes,
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
            let current = names.incarnation(of: entry, on: board) ?? ""
            guard (value.incarnation ?? "").utf8.elementsEqual(current.utf8) else {
                let heard = UnrecognisedHeartbeat(id: card.id, uuid: card.uuid, incarnation: value.incarnation)
                observation.unrecognised.append(heard)
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
