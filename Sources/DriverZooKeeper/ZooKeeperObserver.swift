import DriverCompany
import LivenessCore
import ZooKeeperClient

/// The reading half: how far the other daemons are, then the lists of members that have changed, then the epoch.
///
/// In this order, and all of it over one session: whoever sees an owner's beat sees every node that the owner made before
/// it, and an epoch that is still there was there while the lists were read.
final class ZooKeeperObserver: LivenessObserver {
    private struct State {
        var counts = VisibleCounts()
        var epoch: String?
    }

    private let connection: ZooKeeperConnection
    private let tree: Tree
    private let members: MemberTree
    private let membership: Membership
    private let daemons: DaemonTable
    private let daemon: String
    private let state = Locked(State())

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
    }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) {
        self.daemons.begin(daemons)
        membership.begin(board)
    }

    func observe() async throws(DriverError) -> BackendObservation {
        let sight = try await daemons.look()
        do throws(ZooKeeperError) {
            let session = try await connection.connected()
            let seen = try await look(session, sight, only: nil)
            var epoch = seen.epoch ?? ""
            if seen.epoch == nil { epoch = try await self.epoch(session) }
            var observation = observation(of: seen, sight)
            observation.epoch = epoch
            observation.isEmptied = state.withLock { [epoch] state in
                defer { state.epoch = epoch }
                return state.epoch.map { $0 != seen.epoch } ?? false
            }
            if let board = membership.board {
                membership.take(members.takeChange(), seen.beats, nil, on: board, &observation)
            }
            return observation
        } catch {
            throw DriverError(error)
        }
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        let sight = try await daemons.look()
        let known = membership.board
        let asked = services.filter { Int($0.service) < known?.count ?? 0 }
        let buckets = known.map { board in
            Set(
                asked.map { one in
                    let name = board.name(of: one.service)
                    return Member.bucket(host: name.host, binary: name.binary)
                }
            )
        }
        let seen: Look
        do throws(ZooKeeperError) {
            seen = try await look(try await connection.connected(), sight, only: buckets ?? [])
        } catch {
            throw DriverError(error)
        }
        guard state.withLock({ $0.epoch == nil || $0.epoch == seen.epoch }) else {
            throw DriverError(.restarted, "the ensemble lost its content: the next observation says so")
        }
        var observation = observation(of: seen, sight)
        observation.epoch = seen.epoch ?? ""
        if let board = membership.board {
            membership.take(members.takeChange(), seen.beats, asked, on: board, &observation)
        }
        return observation
    }

    // MARK: What the ensemble shows

    private struct Look: Sendable {
        /// Those of complete owners, before the lists were read.
        var beats: [String: Beat]
        var epoch: String?
    }

    /// Only the buckets of these numbers are sure to be known afterwards; nil for all.
    private func look(
        _ session: ZooKeeperSession,
        _ sight: DaemonTable.Sight,
        only buckets: Set<String>?
    ) async throws(ZooKeeperError) -> Look {
        // What this look shows is not older than its beginning.
        try await session.sync(tree.prefix)
        var beats: [String: Beat] = [:]
        for other in sight.daemons where other.id != daemon && other.leftAt == nil && other.retiredAt == nil {
            guard let node = try await session.node(tree.daemon(other.id)), let daemon = DaemonNode(node.value),
                daemon.isComplete
            else { continue }
            beats[other.id] = Beat(number: daemon.beat, began: node.created, written: node.modified)
        }
        try await members.refresh(session, only: buckets)
        return Look(beats: beats, epoch: try await session.node(tree.epoch)?.value)
    }

    /// Who else is there, and how far they have flushed.
    private func observation(of look: Look, _ sight: DaemonTable.Sight) -> BackendObservation {
        let daemons = state.withLock { state in
            for other in sight.daemons where other.id != daemon {
                state.counts.see(look.beats[other.id]?.number, of: other.id)
            }
            if let beat = membership.beat { state.counts.wrote(beat, of: daemon) }
            return state.counts.told(sight.daemons)
        }
        var observation = BackendObservation(
            epoch: "",
            daemons: daemons,
            // An old picture would show brakes that are over, and not those that engaged since.
            brakes: sight.isOld ? nil : sight.table?.brakes,
            changed: [],
            head: sight.table?.head
        )
        observation.isDatabaseLost = sight.isOld
        return observation
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

extension DriverError {
    init(_ error: ZooKeeperError) {
        self.init(.lost, "ZooKeeper does not answer", cause: error)
    }
}
