import DriverCompany
import LivenessCore
import ZooKeeperClient

/// The reading half: how far the other daemons are, then the lists of members that have changed, then the epoch.
///
/// In this order, and all of it over one session: whoever sees an owner's beat sees every node that the owner made before
/// it, and an epoch that is still there was there while the lists were read.
final class ZooKeeperObserver: LivenessObserver {
    private struct State {
        var sightings: Sightings
        var counts = VisibleCounts()
        var epoch: String?
    }

    private let connection: ZooKeeperConnection
    private let tree: Tree
    private let members: MemberTree
    private let membership: Membership
    private let daemons: DaemonTable
    private let daemon: String
    private let state: Locked<State>

    init(
        _ configuration: ZooKeeperConfiguration,
        tree: Tree,
        membership: Membership,
        daemons: DaemonTable,
        daemon: String
    ) {
        let members = MemberTree(tree)
        connection = ZooKeeperConnection(configuration) { members.noticed($0) }
        self.tree = tree
        self.members = members
        self.membership = membership
        self.daemons = daemons
        self.daemon = daemon
        state = Locked(State(sightings: Sightings(own: daemon)))
    }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) {
        self.daemons.begin(daemons)
        membership.begin(board)
    }

    func observe() async throws(DriverError) -> BackendObservation {
        membership.sweep()
        let sight = try await daemons.look()
        do throws(ZooKeeperError) {
            let session = try await connection.connected()
            let seen = try await look(session, sight, only: nil)
            var epoch = seen.epoch ?? ""
            if seen.epoch == nil { epoch = try await self.epoch(session) }
            return state.withLock { [epoch] state in
                var observation = take(seen, sight, &state)
                observation.epoch = epoch
                observation.isEmptied = state.epoch.map { $0 != seen.epoch } ?? false
                state.epoch = epoch
                guard let board = seen.board else { return observation }
                state.sightings.count(seen.before, on: board, &observation) { membership.isHeld($0, on: board) }
                return observation
            }
        } catch {
            throw DriverError(error)
        }
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        let sight = try await daemons.look()
        let known = membership.board
        let asked = services.filter { Int($0.service) < known?.count ?? 0 }
        let buckets = known.map { board in Set(asked.map { bucket(of: $0.service, on: board) }) }
        let seen: Look
        do throws(ZooKeeperError) {
            seen = try await look(try await connection.connected(), sight, only: buckets ?? [])
        } catch {
            throw DriverError(error)
        }
        return try state.withLock { state throws(DriverError) in
            if let epoch = state.epoch, epoch != seen.epoch {
                throw DriverError(.restarted, "the ensemble lost its content: the next observation says so")
            }
            var observation = take(seen, sight, &state)
            observation.epoch = seen.epoch ?? ""
            guard let board = seen.board else { return observation }
            for one in asked { state.sightings.count(one.service, seen.before, on: board, &observation) }
            return observation
        }
    }

    private func bucket(of service: UInt32, on board: Board) -> Bucket {
        let name = board.name(of: service)
        return tree.bucket(topic: board.profile(of: service).topic, host: name.host, binary: name.binary)
    }

    // MARK: What the ensemble shows

    private struct Look: Sendable {
        /// The beats of complete owners, before and after the lists were read.
        var before: [String: Int64]
        var after: [String: Int64]
        var epoch: String?
        var board: Board?
    }

    private func look(
        _ session: ZooKeeperSession,
        _ sight: DaemonTable.Sight,
        only buckets: Set<Bucket>?
    ) async throws(ZooKeeperError) -> Look {
        let owners = state.withLock { $0.sightings.owners }
        let others = sight.daemons.filter { $0.id != daemon && $0.leftAt == nil && $0.retiredAt == nil }
        let ids = owners.union(others.map(\.id))
        let before = try await beats(session, of: ids)
        try await members.refresh(session, only: buckets)
        let after = try await beats(session, of: ids)
        let epoch = try await session.node(tree.epoch)?.value
        return Look(before: before, after: after, epoch: epoch, board: membership.board)
    }

    /// Takes in what a look found.
    private func take(_ look: Look, _ sight: DaemonTable.Sight, _ state: inout State) -> BackendObservation {
        for other in sight.daemons where other.id != daemon { state.counts.see(look.before[other.id], of: other.id) }
        if let beat = membership.beat { state.counts.wrote(beat, of: daemon) }
        var observation = BackendObservation(
            epoch: "",
            daemons: state.counts.told(sight.daemons),
            // An old picture would show brakes that are over, and not those that engaged since.
            brakes: sight.isOld ? nil : sight.table?.brakes,
            changed: [],
            head: sight.table?.head
        )
        observation.isDatabaseLost = sight.isOld
        guard let board = look.board else { return observation }
        let change = members.takeChange()
        membership.lost(state.sightings.take(change, before: look.before, after: look.after, on: board))
        observation.released = state.sightings.takeReleased(look.before)
        return observation
    }

    private func beats(_ session: ZooKeeperSession, of ids: Set<String>) async throws(ZooKeeperError) -> [String: Int64]
    {
        var beats: [String: Int64] = [:]
        for id in ids {
            guard let text = try await session.node(tree.daemon(id))?.value, let node = DaemonNode(text),
                node.isComplete
            else { continue }
            beats[id] = node.beat
        }
        return beats
    }

    /// Makes the trunk where it is missing, and the epoch.
    private func epoch(_ session: ZooKeeperSession) async throws(ZooKeeperError) -> String {
        try await session.makeTrunk(of: tree)
        let epoch = ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)).description
        do throws(ZooKeeperError) {
            try await session.write([.create(path: tree.epoch, value: epoch, .persistent)])
            return epoch
        } catch {
            guard error.code == .nodeExists else { throw error }
            return try await session.node(tree.epoch)?.value ?? epoch
        }
    }
}

extension ZooKeeperSession {
    /// Makes those of the upper nodes that are missing.
    func makeTrunk(of tree: Tree) async throws(ZooKeeperError) {
        for path in tree.trunk {
            do throws(ZooKeeperError) {
                try await write([.create(path: path, value: "", .persistent)])
            } catch {
                if error.code != .nodeExists { throw error }
            }
        }
    }
}

extension DriverError {
    init(_ error: ZooKeeperError) {
        self.init(.lost, "ZooKeeper does not answer", cause: error)
    }
}
