import LivenessCore

/// Knows what a watcher knows: rows of the log, and a snapshot whenever the board says that no row tells.
///
/// What it knows must be what the daemon shows, whenever the daemon would say so.
struct LogFollower {
    /// The state of each service by its host.
    private var states: [String: LivenessState] = [:]
    private var position: Int64 = 0
    /// As the board counts what no log tells; nil after it was cut off.
    private var knows: UInt64?
    /// Something of the last snapshot is in no log.
    private var isInDoubt = true
    private(set) var snapshots = 0

    /// Its connection ended; where nothing of what it knows is in doubt it goes on from its revision.
    mutating func cutOff() { knows = nil }

    /// Reads what the daemon tells next; answers what it then knows wrongly.
    ///
    /// Nothing is answered while the daemon says itself that there may be more.
    mutating func read(_ daemon: ModelDaemon) async -> [String] {
        guard let page = try? await daemon.store.transitions(since: position, limit: .max / 2) else { return [] }
        for row in page.transitions {
            position = row.revision
            guard row.kind == .state || row.kind == .created, let to = row.to else { continue }
            states[row.host] = to
        }
        var machine = daemon.machine
        let sight = machine.sight(at: daemon.now)
        guard sight.isSeeing, !daemon.isCatchingUp else { return [] }
        if knows == nil, !isInDoubt, !sight.hasLocalOpinions { knows = sight.untold }
        let board = machine.board
        let shown = (0..<UInt32(board.count)).filter(board.isListed)
        if knows != sight.untold {
            let states = shown.map { (board.name(of: $0).host, board.standing(of: $0).verdict.state) }
            self.states = Dictionary(states) { first, _ in first }
            position = max(position, board.head.revision)
            knows = sight.untold
            isInDoubt = !machine.isLogged(shown, on: board)
            snapshots += 1
        }
        // What is to be recorded will be told then.
        guard position >= sight.newest, machine.unrecordedCount == 0 else { return [] }
        return shown.compactMap { service in
            let host = board.name(of: service).host
            let state = board.standing(of: service).verdict.state
            return states[host] == state ? nil : "\(host) is \(state), and a watcher knows otherwise"
        }
    }
}
