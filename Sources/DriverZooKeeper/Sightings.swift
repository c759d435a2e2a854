import LivenessCore

/// What the members' nodes say of their services: who is kept alive by whom, and what of that is news.
///
/// A node counts as a heartbeat each time it is seen while its owner's beat has moved; nodes and absences of an owner that
/// is silent, gone or incomplete prove nothing.
struct Sightings: Sendable {
    private struct Node {
        var member: Member
        /// The service's dense number and the identity it had; nil while no record of that name is known.
        var service: UInt32?
        var uuid: ServiceUUID?
        /// Its owner's beat when it counted last; nil when it has not counted yet.
        var counted: Int64?
    }

    /// The last node of a service was removed, at the latest by that transaction.
    private struct Removal {
        var owner: String
        var removed: Int64
    }

    /// The id of this daemon.
    let own: String
    private var nodes: [String: Node] = [:]
    private var paths: [UInt32: Set<String>] = [:]
    /// Those of services without a record.
    private var strangers: Set<String> = []
    private var removals: [UInt32: Removal] = [:]
    /// The beats of complete owners when all of the tree was looked at last.
    private var beatsBefore: [String: Int64] = [:]
    /// Services' own sessions that were found to stand or to have ended, not told yet.
    private var sessions: [ObservedSession] = []
    /// Whether anything was seen yet: what stood there then is no news.
    private var isBegun = false

    init(own: String) { self.own = own }

    /// How many daemons hold the service, this one included.
    func holders(of service: UInt32) -> Int {
        let owners = Set((paths[service] ?? []).compactMap { nodes[$0]?.member.owner })
        return owners.subtracting([Member.direct]).count
    }

    /// Takes in what the tree found.
    ///
    /// - Parameters:
    ///   - change: Paths.
    ///   - beats: Those of complete owners before the tree was looked at.
    ///   - isWhole: All of the tree was looked at.
    ///   - board: Who is known.
    /// - Returns: Those of this daemon's own nodes that are gone, with their paths.
    mutating func take(
        _ change: MemberTree.Change,
        _ beats: [String: Beat],
        isWhole: Bool,
        on board: Board
    ) -> [(seat: Holdings.Seat, path: String)] {
        var lost: [(seat: Holdings.Seat, path: String)] = []
        for (path, removed) in change.removed {
            guard let node = nodes.removeValue(forKey: path) else { continue }
            strangers.remove(path)
            guard let service = node.service else { continue }
            paths[service]?.remove(path)
            if node.member.owner == own {
                let seat = Holdings.Seat(service: service, worker: Array(node.member.worker.utf8))
                lost.append((seat, path))
            } else if node.member.owner == Member.direct {
                if let uuid = node.uuid { tell(node.member, uuid, isStanding: false) }
            } else if paths[service]?.isEmpty ?? true, let removed {
                removals[service] = Removal(owner: node.member.owner, removed: removed)
            }
            if paths[service]?.isEmpty ?? false { paths[service] = nil }
        }
        for path in change.added {
            guard let name = path.split(separator: "/").last, let member = Member(String(name)) else { continue }
            var node = Node(member: member)
            // What stood there when this daemon began says nothing until its owner's beat has moved.
            if !isBegun { node.counted = beats[member.owner]?.number }
            nodes[path] = node
            resolve(path, on: board)
        }
        if isWhole { isBegun = true }
        for path in strangers { resolve(path, on: board) }
        return lost
    }

    private mutating func resolve(_ path: String, on board: Board) {
        guard let member = nodes[path]?.member else { return }
        guard let service = board.find(host: member.host, binary: member.binary), board.isListed(service) else {
            strangers.insert(path)
            return
        }
        strangers.remove(path)
        nodes[path]?.service = service
        nodes[path]?.uuid = board.cards[Int(service)].uuid
        paths[service, default: []].insert(path)
        removals[service] = nil
        if member.owner == Member.direct { tell(member, board.cards[Int(service)].uuid, isStanding: true) }
    }

    private mutating func tell(_ member: Member, _ uuid: ServiceUUID, isStanding: Bool) {
        sessions.append(ObservedSession(uuid: uuid, incarnation: member.incarnation, isStanding: isStanding))
    }

    /// Whoever was told of sessions has been told that the ensemble lost them: those that stand are told once more.
    mutating func tellSessionsAgain() {
        for node in nodes.values where node.member.owner == Member.direct {
            if let uuid = node.uuid { tell(node.member, uuid, isStanding: true) }
        }
    }

    /// What became of services' own sessions since this was called last.
    mutating func takeSessions() -> [ObservedSession] {
        defer { sessions = [] }
        return sessions
    }

    /// Lets every node whose owner's beat has moved count once.
    ///
    /// Whom this daemon hears itself does not need it, and would seem to have been heard by others only.
    mutating func count(
        _ beats: [String: Beat],
        on board: Board,
        _ observation: inout BackendObservation,
        isHeldHere: (UInt32) -> Bool
    ) {
        for (service, paths) in paths where !isHeldHere(service) {
            count(service, paths, beats, on: board, &observation)
        }
    }

    /// Those of whom this daemon holds a node, and another one whose beat moves as well.
    mutating func heldElsewhere(_ beats: [String: Beat], isHeldHere: (UInt32) -> Bool) -> [UInt32] {
        let moving = Set(beats.filter { beatsBefore[$0.key] != $0.value.number }.keys)
        beatsBefore = beats.mapValues(\.number)
        if moving.isEmpty { return [] }
        return paths.filter { service, paths in
            paths.contains { nodes[$0].map { moving.contains($0.member.owner) } ?? false } && isHeldHere(service)
        }.map(\.key)
    }

    /// The same for one service.
    mutating func count(
        _ service: UInt32,
        _ beats: [String: Beat],
        on board: Board,
        _ observation: inout BackendObservation
    ) {
        if let paths = paths[service] { count(service, paths, beats, on: board, &observation) }
    }

    private mutating func count(
        _ service: UInt32,
        _ paths: Set<String>,
        _ beats: [String: Beat],
        on board: Board,
        _ observation: inout BackendObservation
    ) {
        for path in paths {
            guard let node = nodes[path], node.member.owner != own else { continue }
            guard Int(service) < board.count, board.isListed(service), board.cards[Int(service)].uuid == node.uuid
            else {
                forget(path, of: service)
                continue
            }
            guard let beat = beats[node.member.owner]?.number, node.counted != beat else { continue }
            nodes[path]?.counted = beat
            see(node.member, service, on: board, &observation)
        }
    }

    /// Its number belongs to another record now, or to none.
    private mutating func forget(_ path: String, of service: UInt32) {
        paths[service]?.remove(path)
        if paths[service]?.isEmpty ?? false { paths[service] = nil }
        nodes[path]?.service = nil
        strangers.insert(path)
    }

    private func see(_ member: Member, _ service: UInt32, on board: Board, _ observation: inout BackendObservation) {
        let card = board.cards[Int(service)]
        let seat = Holdings.Seat(service: service, worker: Array(member.worker.utf8))
        guard let occupant = board.occupant(of: seat),
            (occupant.incarnation ?? "").utf8.elementsEqual((member.incarnation ?? "").utf8)
        else {
            observation.unrecognised.append(
                UnrecognisedHeartbeat(id: card.id, uuid: card.uuid, incarnation: member.incarnation)
            )
            return
        }
        observation.changed.append(
            ObservedHeartbeat(
                id: card.id,
                uuid: card.uuid,
                incarnationNumber: Int64(card.incarnationNumber),
                sequence: nil,
                version: card.version,
                reportInterval: card.reportInterval,
                reportCount: Int64(board.hearings[Int(service)].reportCount) + 1
            )
        )
    }

    /// Services whose every owner has let go of them, having heard nothing for 1.5 × their report_interval.
    ///
    /// An owner that began before a node went, and whose beat was written after that, has removed it itself, for all its
    /// sessions lasted then.
    ///
    /// The beats are those of complete owners before all of the tree was looked at: a node that was made again since would
    /// have been seen.
    mutating func takeSilent(_ beats: [String: Beat]) -> [UInt32] {
        var silent: [UInt32] = []
        for (service, removal) in removals {
            guard let beat = beats[removal.owner], beat.began < removal.removed else {
                // What went with its owner's session, or was left by one before, says nothing.
                removals[service] = nil
                continue
            }
            if beat.written > removal.removed {
                removals[service] = nil
                silent.append(service)
            }
        }
        return silent
    }
}

/// A daemon's beat as it was read.
struct Beat: Hashable, Sendable {
    var number: Int64
    /// The transactions with which its daemon's first session began, and that wrote it.
    var began: Int64
    var written: Int64
}
