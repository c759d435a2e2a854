import LivenessCore

/// What one daemon makes of the nodes in the ensemble: a node counts as a heartbeat each time it is seen while its owner's
/// beat has moved, and a service whose last node was removed by an owner that lives is silent.
struct ModelSightings: Sendable {
    private struct Mark {
        /// Its owner's beat when the node counted last; nil when it has not counted yet.
        var counted: Int64?
    }

    let own: String
    private var nodes: [ModelEnsemble.Node: Mark] = [:]
    private var byService: [ServiceUUID: Set<ModelEnsemble.Node>] = [:]
    /// The last node of a service went: who held it, and by which transaction it went.
    private var removals: [ServiceUUID: (owner: String, transaction: Int64)] = [:]
    /// The beats when all was looked at last.
    private var beatsBefore: [String: Int64] = [:]
    /// How much of the ensemble's log was read.
    private var position = 0
    private var isBegun = false

    init(own: String) { self.own = own }

    /// How many daemons hold the service, this one included.
    func holders(of service: ServiceUUID) -> Int { Set((byService[service] ?? []).map(\.owner)).count }

    /// Reads what has come and gone: of these services only, or of all.
    mutating func read(_ content: ModelEnsemble.Content, only services: Set<ServiceUUID>?) {
        if let services, services.isEmpty { return }
        for node in content.log[position...] where services?.contains(node.service) ?? true {
            switch (content.stands(node), nodes[node] != nil) {
            case (true, false): appeared(node, content)
            case (false, true): vanished(node, content)
            case (true, true), (false, false): break
            }
        }
        if services == nil {
            position = content.log.count
            isBegun = true
        }
    }

    private mutating func appeared(_ node: ModelEnsemble.Node, _ content: ModelEnsemble.Content) {
        // What stood there when this daemon began says nothing until its owner's beat has moved.
        nodes[node] = Mark(counted: isBegun ? nil : content.beats[node.owner]?.number)
        byService[node.service, default: []].insert(node)
        removals[node.service] = nil
    }

    private mutating func vanished(_ node: ModelEnsemble.Node, _ content: ModelEnsemble.Content) {
        nodes[node] = nil
        byService[node.service]?.remove(node)
        guard byService[node.service]?.isEmpty ?? true else { return }
        byService[node.service] = nil
        if node.owner != own, let transaction = content.removal(of: node) {
            removals[node.service] = (node.owner, transaction)
        }
    }

    /// Lets the nodes of the services count that `isWanted`, by their dense numbers.
    mutating func count(
        _ beats: [String: ModelEnsemble.Beat],
        on board: Board,
        _ observation: inout BackendObservation,
        isWanted: (UInt32) -> Bool
    ) {
        for uuid in byService.keys {
            if let service = board.find(uuid), isWanted(service) {
                count(uuid, service, beats, on: board, &observation)
            }
        }
    }

    /// Those of whom this daemon holds a node, and another one whose beat moves as well.
    mutating func heldElsewhere(
        _ beats: [String: ModelEnsemble.Beat],
        on board: Board,
        isHeldHere: (UInt32) -> Bool
    ) -> [UInt32] {
        let moving = Set(beats.filter { $0.key != own && beatsBefore[$0.key] != $0.value.number }.keys)
        beatsBefore = beats.mapValues(\.number)
        return byService.compactMap { uuid, nodes in
            guard nodes.contains(where: { moving.contains($0.owner) }), let service = board.find(uuid) else {
                return nil
            }
            return isHeldHere(service) ? service : nil
        }
    }

    mutating func count(
        _ uuid: ServiceUUID,
        _ service: UInt32,
        _ beats: [String: ModelEnsemble.Beat],
        on board: Board,
        _ observation: inout BackendObservation
    ) {
        for node in byService[uuid] ?? [] where node.owner != own {
            guard let beat = beats[node.owner]?.number, nodes[node]?.counted != beat else { continue }
            nodes[node]?.counted = beat
            if node.incarnation == board.incarnation(of: service) ?? "" {
                observation.changed.append(ObservedHeartbeat(service, on: board, sequence: nil))
            } else {
                let id = board.cards[Int(service)].id
                observation.unrecognised.append(
                    UnrecognisedHeartbeat(id: id, uuid: uuid, incarnation: node.incarnation)
                )
            }
        }
    }

    /// Services of whom no node is left, the last removed by an owner whose beat was written after that.
    mutating func takeSilent(_ beats: [String: ModelEnsemble.Beat], on board: Board) -> [UInt32] {
        var silent: [UInt32] = []
        for (uuid, removal) in removals {
            guard let beat = beats[removal.owner], beat.began < removal.transaction else {
                removals[uuid] = nil
                continue
            }
            guard beat.written > removal.transaction else { continue }
            removals[uuid] = nil
            if let service = board.find(uuid) { silent.append(service) }
        }
        return silent.sorted()
    }
}
