import LivenessCore

/// What this daemon keeps alive in the ensemble, and what of it is to change.
///
/// A node stands for what this daemon itself has heard within 1.5 × the service's report_interval: else two daemons would
/// keep a dead service alive for each other, and none of them would see how many are silent. Where several daemons hold a
/// service, because its heartbeats go to one after the other, each waits as many times as long, within the down time.
struct Holdings: Sendable {
    /// A process of a service.
    struct Seat: Hashable, Sendable {
        /// The service's dense number.
        var service: UInt32
        var worker: [UInt8] = []
    }

    struct Held: Hashable, Sendable {
        var path: String
        var uuid: ServiceUUID
        /// The fencing token of the incarnation.
        var number: Int64
        /// The number of the session that it lives with.
        var session = 0
        var reportInterval: Duration
        var downTime: Duration
        /// The flush that it was last heard in.
        var heard = ContinuousClock.now

        /// How long it may be silent while so many daemons hold it; a flush may come a little later than the heartbeat.
        func patience(_ holders: Int) -> Duration {
            let one = reportInterval * 3 / 2
            return min(one * max(1, holders), max(one, downTime - reportInterval - .seconds(2))) + .milliseconds(500)
        }
    }

    /// A node to be removed, one to be made, or one in place of another.
    struct Change: Sendable {
        var seat: Seat
        var removed: String?
        var made: Held?
        var value = ""
        var bucket: Bucket?
    }

    /// Flushes that come later than this after one another were kept from it.
    private static let longestGap = Duration.seconds(2)
    /// All are gone over only so often.
    private static let sweepPace = Duration.milliseconds(500)

    private var held: [Seat: Held] = [:]
    /// Those whose nodes are gone, and not by this daemon's doing.
    private var lost: [Seat: Held] = [:]
    private var released: Set<Seat> = []
    /// Bytes of the paths that live with each session.
    private var bytes: [Int] = []
    private var witness: [Int: String] = [:]
    /// The flush before.
    private var lastFlush: ContinuousClock.Instant?
    /// When this daemon went on after it did not run, or could not write: nobody was heard until then.
    private var resumed: ContinuousClock.Instant?
    private var lastSweep: ContinuousClock.Instant?

    /// Of all nodes that are there, or are to be made again.
    var paths: Set<String> { Set(held.values.map(\.path) + lost.values.map(\.path)) }

    func held(_ seat: Seat) -> Held? { held[seat] }

    /// A node of each session that has any: while it is there, the session lasts.
    mutating func witnesses() -> [Int: String] {
        for session in bytes.indices where bytes[session] > 0 && witness[session] == nil {
            witness[session] = held.values.first { $0.session == session }?.path
        }
        return witness
    }

    /// The first session with room for a path; one more than there are when none has.
    func session(for path: String, most: Int) -> Int {
        bytes.firstIndex { $0 + path.utf8.count <= most } ?? bytes.count
    }

    // MARK: What happens to nodes

    mutating func done(_ change: Change) {
        if let before = held.removeValue(forKey: change.seat) { gone(before) }
        lost[change.seat] = nil
        released.remove(change.seat)
        guard let made = change.made else { return }
        while bytes.count <= made.session { bytes.append(0) }
        held[change.seat] = made
        bytes[made.session] += made.path.utf8.count
    }

    /// The session is over, and with it its nodes.
    mutating func lost(session: Int) {
        for (seat, one) in held where one.session == session { lose(seat, one) }
    }

    /// Somebody has removed everything.
    mutating func lostAll() {
        for (seat, one) in held { lose(seat, one) }
    }

    /// The node is not there any more.
    mutating func lost(_ seat: Seat, at path: String) {
        if let one = held[seat], one.path == path { lose(seat, one) }
    }

    private mutating func lose(_ seat: Seat, _ one: Held) {
        held[seat] = nil
        gone(one)
        lost[seat] = one
    }

    private mutating func gone(_ one: Held) {
        bytes[one.session] -= one.path.utf8.count
        if witness[one.session] == one.path { witness[one.session] = nil }
    }

    // MARK: What is to change

    /// A flush begins.
    ///
    /// Where the one before is long ago, nobody has been silent for all that time: who beats is heard in time again.
    mutating func beginFlush(at now: ContinuousClock.Instant) {
        if lastFlush.map({ now - $0 > Self.longestGap }) ?? false { resumed = now }
        lastFlush = now
    }

    /// Lets go of those who have been silent, and of those whom `isKept` does not want.
    mutating func letGo(
        at now: ContinuousClock.Instant,
        holders: (UInt32) -> Int,
        unless isKept: (Seat, Held) -> Bool
    ) {
        if let lastSweep, now - lastSweep < Self.sweepPace { return }
        lastSweep = now
        func isOver(_ seat: Seat, _ one: Held) -> Bool {
            // What may be a corpse by now is shown to nobody, whatever kept this daemon from judging it.
            if now - one.heard > one.downTime || !isKept(seat, one) { return true }
            let silence = now - max(one.heard, resumed ?? one.heard)
            return silence > one.patience(1) && silence > one.patience(holders(seat.service))
        }
        for (seat, one) in held where isOver(seat, one) { released.insert(seat) }
        for (seat, one) in lost where isOver(seat, one) { lost[seat] = nil }
    }

    /// This service left or was deleted.
    mutating func letGo(of seats: [Seat]) {
        for seat in seats {
            lost[seat] = nil
            if held[seat] != nil { released.insert(seat) }
        }
    }

    /// It was heard; answers the node that is to be removed and whether one is to be made.
    mutating func heard(
        _ seat: Seat,
        _ card: Card,
        _ number: Int64,
        _ downTime: Duration,
        at now: ContinuousClock.Instant
    ) -> (removed: String?, isMade: Bool) {
        released.remove(seat)
        guard let one = held[seat] else { return (nil, true) }
        if one.uuid == card.uuid, one.number == number {
            held[seat]?.heard = now
            held[seat]?.reportInterval = card.reportInterval
            held[seat]?.downTime = downTime
            return (nil, false)
        }
        return (one.path, true)
    }

    /// Those who are to go, and were not heard since they were let go.
    func removals() -> [Change] {
        released.compactMap { seat in held[seat].map { Change(seat: seat, removed: $0.path) } }
    }

    /// What is to be made again.
    func losses() -> [Seat: Held] { lost }
}
