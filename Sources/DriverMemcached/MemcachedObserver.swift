import DriverCompany
import LivenessCore
import MemcachedClient

/// The reading half: every key is looked for, those of a server in questions of thousands with its canary last.
final class MemcachedObserver: LivenessObserver {
    private struct State {
        /// What was last seen under a key, as a hash of key and value.
        var seen: [String: Int] = [:]
        /// Servers on which all keys were looked for once: what is new there since was written since.
        var known: Set<Int> = []
        var evictions: [Int: Int64] = [:]
        /// On which server each service's key belongs.
        var places = PartTable()
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
        let seen = try await fleet.values(of: entries.map(\.key), canaries: canaries)
        let evictions = try await fleet.evictions()
        if !seen.emptied.isEmpty {
            try await fleet.place(Dictionary(uniqueKeysWithValues: seen.emptied.map { ($0, canaries[$0]) }))
        }
        state.withLock { state in
            // The canaries of this start are not there yet the first time.
            observation.isEmptied = !seen.emptied.isDisjoint(with: state.known)
            observation.isEvicting = evictions.contains { server, count in
                state.evictions[server].map { count > $0 } ?? false
            }
            state.evictions.merge(evictions) { _, now in now }
            place(entries, &state)
            observation.places = state.places
            lose(seen.lost, &observation)
            if let board {
                take(entries, seen.values, board, &state, &observation)
                state.known.formUnion(observation.parts.indices.filter { observation.parts[$0].counts != nil })
            }
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
        let found: MemcachedFleet.Sight
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
        guard found.emptied.isEmpty else {
            throw DriverError(.restarted, "a memcached server was emptied: the next observation says so")
        }
        let held = Set(entries.lazy.filter { found.values[$0.key] != nil }.map(\.service))
        observation.missing = services.map(\.service).filter { !held.contains($0) }
        lose(found.lost, &observation)
        state.withLock { state in
            place(entries, &state)
            observation.places = state.places
            take(entries, found.values, board, &state, &observation)
        }
        return observation
    }

    /// Who else is there, and how far they have flushed: before their keys are looked for.
    private func observation(_ sight: DaemonTable.Sight) async throws(MemcachedError) -> BackendObservation {
        let visible = try await counts.visible(sight.daemons, besides: daemon)
        var observation = BackendObservation(
            epoch: sight.table?.head.logID ?? "",
            daemons: visible.daemons,
            // An old picture would show brakes that are over, and not those that engaged since.
            brakes: sight.isOld ? nil : sight.table?.brakes,
            changed: [],
            head: sight.table?.head
        )
        observation.isDatabaseLost = sight.isOld
        observation.parts = visible.parts.enumerated().map { BackendPart(name: fleet.name(of: $0), counts: $1) }
        return observation
    }

    /// One that answers to one question and not to the other has not answered.
    private func lose(_ lost: Set<Int>, _ observation: inout BackendObservation) {
        for server in lost { observation.parts[server].counts = nil }
    }

    /// Notes on which server each of these services is, or that it is on several.
    private func place(_ entries: [ServiceNames.Entry], _ state: inout State) {
        guard fleet.count < PartTable.mostParts else { return }
        var before: UInt32?
        for entry in entries {
            let server = UInt8(truncatingIfNeeded: fleet.server(of: entry.key))
            let isOther = before == entry.service && state.places.part(of: entry.service) != server
            state.places.set(entry.service, isOther ? PartTable.several : server)
            before = entry.service
        }
    }

    /// Finds what changed, and by whom.
    private func take(
        _ entries: [ServiceNames.Entry],
        _ values: [String: String],
        _ board: Board,
        _ state: inout State,
        _ observation: inout BackendObservation
    ) {
        for entry in entries {
            guard let text = values[entry.key] else { continue }
            let mark = text.hashValue
            if state.seen.updateValue(mark, forKey: entry.key) == mark { continue }
            if state.known.count < fleet.count, !state.known.contains(fleet.server(of: entry.key)) { continue }
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
