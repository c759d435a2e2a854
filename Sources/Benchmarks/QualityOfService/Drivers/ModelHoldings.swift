import LivenessCore

/// The nodes that one daemon keeps in the ensemble: of those whom it heard itself within 1.5 × their report_interval.
///
/// Where several daemons hold a service each waits as many times as long, within the down time.
struct ModelHoldings: Sendable {
    private struct Held {
        var node: ModelEnsemble.Node
        var heard: Instant
        var reportInterval: Duration
        var downTime: Duration

        func patience(_ holders: Int) -> Duration {
            let one = reportInterval * 3 / 2
            let most = max(one, downTime - reportInterval - .seconds(2))
            return min(one * max(1, holders), most) + .milliseconds(500)
        }
    }

    private static let longestGap = Duration.seconds(2)
    private static let sweepPace = Duration.milliseconds(500)

    let settings: LivenessSettings
    private var held: [UInt32: Held] = [:]
    private var released: Set<UInt32> = []
    private var lastFlush: Instant?
    private var resumed: Instant?
    private var lastSweep: Instant?

    init(_ settings: LivenessSettings) { self.settings = settings }

    func holds(_ service: UInt32) -> Bool { held[service] != nil }

    /// What a flush changes in the ensemble.
    mutating func flush(
        _ renewals: [HeartbeatRenewal],
        on board: Board,
        at now: Instant,
        holders: (ServiceUUID) -> Int
    ) -> (removed: [ModelEnsemble.Node], made: [ModelEnsemble.Node]) {
        if let lastFlush, now - lastFlush > Self.longestGap { resumed = now }
        lastFlush = now
        letGo(on: board, at: now, holders: holders)
        var removed: [ModelEnsemble.Node] = []
        var made: [ModelEnsemble.Node] = []
        for renewal in renewals where Int(renewal.service) < board.count {
            let service = renewal.service
            let node = ModelEnsemble.Node(
                service: board.cards[Int(service)].uuid,
                incarnation: board.incarnation(of: service) ?? "",
                owner: settings.daemon
            )
            released.remove(service)
            if let before = held[service], before.node != node { removed.append(before.node) }
            if held[service]?.node != node { made.append(node) }
            held[service] = Held(
                node: node,
                heard: now,
                reportInterval: board.cards[Int(service)].reportInterval,
                downTime: settings.downTime(of: service, on: board)
            )
        }
        return (removed + takeReleased(), made)
    }

    /// They left or were deleted; answers their nodes.
    mutating func remove(_ services: [ServiceKey]) -> [ModelEnsemble.Node] {
        released.formUnion(services.map(\.service).filter { held[$0] != nil })
        return takeReleased()
    }

    private mutating func takeReleased() -> [ModelEnsemble.Node] {
        defer { released = [] }
        return released.sorted().compactMap { held.removeValue(forKey: $0)?.node }
    }

    private mutating func letGo(on board: Board, at now: Instant, holders: (ServiceUUID) -> Int) {
        if let lastSweep, now - lastSweep < Self.sweepPace { return }
        lastSweep = now
        for (service, one) in held {
            if now - one.heard > one.downTime || !isKept(service, one, on: board) {
                released.insert(service)
                continue
            }
            let silence = now - max(one.heard, resumed ?? one.heard)
            if silence > one.patience(1), silence > one.patience(holders(one.node.service)) {
                released.insert(service)
            }
        }
    }

    private func isKept(_ service: UInt32, _ held: Held, on board: Board) -> Bool {
        guard Int(service) < board.count, board.isListed(service),
            board.cards[Int(service)].uuid == held.node.service, board.extras[service]?.leftAt == nil
        else { return false }
        let reason = board.standings[Int(service)].verdict.reason
        return reason != .heartbeatMissed && reason != .sessionExpired
    }
}
