import DriverCompany
import LivenessCore
import ZooKeeperClient

/// The writing half: a node for each process that this daemon hears, and a beat with every flush.
///
/// While a node lives nothing is written for it. The beat moves only in one write with a look at a node of every session:
/// whoever sees it move knows that none of them was over, and that this daemon itself removed whatever was missing then.
actor ZooKeeperReporter: LivenessReporter {
    /// Operations in one write: 35,000 nodes a second, where one at a time are 2,400.
    private static let mostOperations = 500
    /// Writes of the same nodes, each time with what was in the way last time.
    private static let mostTries = 600

    private let configuration: ZooKeeperConfiguration
    private let tree: Tree
    private let membership: Membership
    private let daemons: DaemonTable
    private let daemon: String
    private let mostBytes: Int
    private let release: Int32
    private let downTimes: DownTimes
    /// The first holds the daemon's own node.
    private var connections: [ZooKeeperConnection] = []
    /// Of each, the session that its nodes live with.
    private var sessions: [Int64] = []
    /// The daemon's node stands, of the first session.
    private var isRegistered = false
    /// What earlier sessions of this daemon left behind has been removed.
    private var isTidy = false

    init(
        _ configuration: ZooKeeperConfiguration,
        tree: Tree,
        membership: Membership,
        daemons: DaemonTable,
        daemon: String,
        mostBytes: Int,
        release: Int32,
        downTimes: DownTimes
    ) {
        self.mostBytes = mostBytes
        self.downTimes = downTimes
        self.release = release
        self.configuration = configuration
        self.tree = tree
        self.membership = membership
        self.daemons = daemons
        self.daemon = daemon
    }

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        do throws(ZooKeeperError) {
            try await write(flush)
        } catch {
            throw DriverError(error)
        }
        try await daemons.note(flush)
        // What became of the records is for the log to tell.
        return FlushResult(news: [], missing: [], incarnations: [])
    }

    func remove(_ services: [ServiceKey]) async throws(DriverError) {
        guard let board = membership.board else { return }
        let seats = services.filter { Int($0.service) < board.count }.flatMap { board.seats(of: $0.service) }
        let removals = membership.withHoldings { holdings in
            holdings.letGo(of: seats)
            return holdings.removals()
        }
        if removals.isEmpty { return }
        do throws(ZooKeeperError) {
            try await carryOut(removals)
        } catch {
            throw DriverError(error)
        }
    }

    // MARK: A flush

    private func write(_ flush: HeartbeatFlush) async throws(ZooKeeperError) {
        let first = try await session(0)
        for number in connections.indices.dropFirst() { _ = try await session(number) }
        // In this order: what a process of before has left goes before this one begins.
        if !isTidy { try await tidy(first) }
        if !isRegistered { try await register(first, count: flush.count) }
        guard let board = membership.board else { return }
        let now = ContinuousClock.now
        membership.withHoldings { $0.beginFlush(at: now) }
        membership.letGo(on: board, at: now)
        let changes = membership.withHoldings { plan(flush, on: board, &$0, at: now) }
        do throws(ZooKeeperError) {
            try await carryOut(changes)
        } catch {
            // Something may have been made that nobody knows of.
            isTidy = false
            throw error
        }
        if flush.isLast { try await beat(flush.count) }
    }

    /// The session of that number, connected; a new one where it was over, and then its nodes are to be made again.
    private func session(_ number: Int) async throws(ZooKeeperError) -> ZooKeeperSession {
        while connections.count <= number {
            connections.append(ZooKeeperConnection(configuration))
            sessions.append(0)
        }
        let session = try await connections[number].connected()
        guard session.timeout < downTimes.shortest else {
            throw .refused(
                "the servers grant sessions of \(session.timeout) (minSessionTimeout), and the shortest service_down_time "
                    + "is \(downTimes.shortest); expected a longer one"
            )
        }
        if sessions[number] != session.identifier {
            sessions[number] = session.identifier
            membership.withHoldings { $0.lost(session: number) }
            isTidy = false
            if number == 0 { isRegistered = false }
        }
        return session
    }

    /// What is to be written for a flush: who is heard and has no node, who has lost it, who is let go.
    private func plan(
        _ flush: HeartbeatFlush,
        on board: Board,
        _ holdings: inout Holdings,
        at now: ContinuousClock.Instant
    ) -> [Holdings.Change] {
        var changes: [Holdings.Change] = []
        let workers = Dictionary(grouping: flush.workers, by: \.serviceID)
        var heard: Set<Holdings.Seat> = []
        func want(_ seat: Holdings.Seat, sequence: UInt64?) {
            guard let occupant = board.occupant(of: seat) else { return }
            let card = board.cards[Int(seat.service)]
            let known = holdings.heard(seat, card, occupant.number, downTime(of: seat.service, on: board), at: now)
            guard known.isMade else { return }
            heard.insert(seat)
            changes.append(change(seat, occupant, sequence, replacing: known.removed, on: board))
        }
        for renewal in flush.renewals where Int(renewal.service) < board.count {
            let named = workers[renewal.serviceID] ?? []
            if named.isEmpty {
                for seat in board.seats(of: renewal.service) { want(seat, sequence: renewal.sequence) }
            } else {
                for worker in named {
                    let seat = Holdings.Seat(service: renewal.service, worker: Array(worker.worker.utf8))
                    want(seat, sequence: worker.sequence)
                }
            }
        }
        for (seat, lost) in holdings.losses() where !heard.contains(seat) {
            guard board.keeps(seat, lost), let occupant = board.occupant(of: seat) else { continue }
            var again = change(seat, occupant, nil, replacing: nil, on: board)
            again.made?.heard = lost.heard
            changes.append(again)
        }
        return changes + holdings.removals()
    }

    private func downTime(of service: UInt32, on board: Board) -> Duration {
        let topic = board.profile(of: service).topic
        return downTimes.downTime(topic: topic, reportInterval: board.cards[Int(service)].reportInterval)
    }

    private func change(
        _ seat: Holdings.Seat,
        _ occupant: (incarnation: String?, number: Int64),
        _ sequence: UInt64?,
        replacing removed: String?,
        on board: Board
    ) -> Holdings.Change {
        let name = board.name(of: seat.service)
        let card = board.cards[Int(seat.service)]
        let bucket = tree.bucket(topic: board.profile(of: seat.service).topic, host: name.host, binary: name.binary)
        let member = Member(
            host: name.host,
            binary: name.binary,
            worker: String(decoding: seat.worker, as: UTF8.self),
            incarnation: occupant.incarnation,
            owner: daemon
        )
        let path = "\(tree.path(bucket))/\(member.name)"
        let made = Holdings.Held(
            path: path,
            uuid: card.uuid,
            number: occupant.number,
            reportInterval: card.reportInterval,
            downTime: downTime(of: seat.service, on: board)
        )
        // The same name once more: an incarnation that came again.
        let isSame = removed?.utf8.elementsEqual(path.utf8) ?? false
        return Holdings.Change(
            seat: seat,
            removed: isSame ? nil : removed,
            made: made,
            value: MemberValue(sequence: sequence, version: card.version, reportInterval: card.reportInterval).text,
            bucket: bucket
        )
    }

    // MARK: Nodes

    private func carryOut(_ changes: [Holdings.Change]) async throws(ZooKeeperError) {
        var number = 0
        while number < changes.count {
            // Those that live with the same session.
            var part: [Holdings.Change] = []
            let target = membership.withHoldings { holdings in
                var target: Int?
                var bytes = 0
                while number < changes.count, part.count < Self.mostOperations / 2 {
                    var change = changes[number]
                    if let made = change.made {
                        let session = target ?? holdings.session(for: made.path, most: mostBytes)
                        bytes += made.path.utf8.count
                        if bytes > mostBytes / 2, !part.isEmpty { break }
                        target = session
                        change.made?.session = session
                    }
                    part.append(change)
                    number += 1
                }
                return target ?? 0
            }
            try await carryOut(part, over: try await session(target))
        }
    }

    private func carryOut(_ part: [Holdings.Change], over session: ZooKeeperSession) async throws(ZooKeeperError) {
        var part = part
        // Nodes of an earlier session that are in the way.
        var stale: Set<String> = []
        for _ in 0..<Self.mostTries {
            var operations: [(change: Int, operation: ZooKeeperOperation)] = []
            for (number, change) in part.enumerated() {
                if let removed = change.removed { operations.append((number, .delete(path: removed))) }
                guard let made = change.made else { continue }
                if stale.contains(made.path) { operations.append((number, .delete(path: made.path))) }
                operations.append((number, .create(path: made.path, value: change.value, .ephemeral)))
            }
            do throws(ZooKeeperError) {
                try await session.write(operations.map(\.operation))
                membership.withHoldings { [part] holdings in for change in part { holdings.done(change) } }
                return
            } catch {
                guard let failed = error.operation, operations.indices.contains(failed) else { throw error }
                let number = operations[failed].change
                switch (error.code, operations[failed].operation) {
                case (.noNode, .create):
                    if let bucket = part[number].bucket { try await session.makeRoom(for: bucket, in: tree) }
                case (.noNode, .delete(let path)):
                    if part[number].removed == path { part[number].removed = nil } else { stale.remove(path) }
                case (.nodeExists, .create(let path, _, _)):
                    guard let node = try await session.node(path) else { continue }
                    if node.owner != session.identifier {
                        stale.insert(path)
                    } else {
                        // Made already, by a write whose answer was lost.
                        let done = part.remove(at: number)
                        membership.withHoldings { $0.done(done) }
                    }
                case (.connectionLoss, _), (.timeout, _), (.sessionExpired, _), (.notAllowed, _): throw error
                // Somebody has put something there that it cannot lie beside: the others need not wait for it.
                default: part.remove(at: number)
                }
            }
        }
        throw ZooKeeperError.unsettled
    }

    // MARK: The daemon's own node

    /// Puts the daemon's node there, and says that what it keeps alive is not complete yet.
    private func register(_ session: ZooKeeperSession, count: Int64) async throws(ZooKeeperError) {
        try await session.makeTrunk(of: tree)
        let path = tree.daemon(daemon)
        let value = DaemonNode(beat: count, isComplete: false, release: release).text
        if let before = try await session.node(path) {
            if before.owner == session.identifier {
                try await session.write([.set(path: path, value: value)])
            } else {
                try await session.write([.delete(path: path), .create(path: path, value: value, .ephemeral)])
            }
        } else {
            try await session.write([.create(path: path, value: value, .ephemeral)])
        }
        isRegistered = true
    }

    /// Removes what earlier sessions left, of this process or of one before: nodes that would stand until they end.
    private func tidy(_ session: ZooKeeperSession) async throws(ZooKeeperError) {
        let kept = membership.withHoldings { $0.paths }
        let stale = try await session.members(of: daemon, in: tree).filter { !kept.contains($0) }
        for start in stride(from: 0, to: stale.count, by: Self.mostOperations) {
            try await delete(Array(stale[start..<min(start + Self.mostOperations, stale.count)]), over: session)
        }
        isTidy = true
    }

    /// Some of them may be gone already.
    private func delete(_ paths: [String], over session: ZooKeeperSession) async throws(ZooKeeperError) {
        var paths = paths
        while !paths.isEmpty {
            do throws(ZooKeeperError) {
                return try await session.write(paths.map { .delete(path: $0) })
            } catch {
                guard error.code == .noNode, let failed = error.operation, paths.indices.contains(failed) else {
                    throw error
                }
                paths.remove(at: failed)
            }
        }
    }

    /// Moves the beat, if all sessions last.
    private func beat(_ count: Int64) async throws(ZooKeeperError) {
        let witnesses = membership.withHoldings { $0.witnesses() }.sorted { $0.key < $1.key }
        let value = DaemonNode(beat: count, isComplete: true, release: release).text
        let operations =
            witnesses.map { ZooKeeperOperation.check(path: $0.value) }
            + [.set(path: tree.daemon(daemon), value: value)]
        do throws(ZooKeeperError) {
            try await session(0).write(operations)
            membership.wrote(count)
        } catch {
            if error.code == .noNode, let failed = error.operation {
                if failed < witnesses.count {
                    membership.withHoldings { $0.lost(session: witnesses[failed].key) }
                } else {
                    isRegistered = false
                    membership.withHoldings { $0.lostAll() }
                }
            }
            throw error
        }
    }
}
