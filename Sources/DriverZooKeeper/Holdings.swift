import LivenessCore

/// What this daemon keeps alive in the ensemble, and what of it is to change.
///
/// A node stands for what this daemon heard itself, within the service's down time: else two daemons would keep a dead
/// service alive for each other. Whoever is due here, or judged already, is let go.
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
        /// The flush that it was last heard in.
        var flush: UInt64 = 0
    }

    /// A node to be removed, one to be made, or one in place of another.
    struct Change: Sendable {
        var seat: Seat
        var removed: String?
        var made: Held?
        var value = ""
        var bucket: Bucket?
    }

    private var held: [Seat: Held] = [:]
    /// Those whose nodes are gone, and not by this daemon's doing.
    private var lost: [Seat: Held] = [:]
    private var released: Set<Seat> = []
    /// Bytes of the paths that live with each session.
    private var bytes: [Int] = []
    private var witness: [Int: String] = [:]
    /// Flushes so far.
    private(set) var flushes: UInt64 = 0

    var paths: Set<String> { Set(held.values.lazy.map(\.path)) }

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
        held[change.seat]?.flush = flushes
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

    mutating func beginFlush() { flushes += 1 }

    /// Lets go of all that `isKept` does not want, judged by what was known when there had been so many flushes.
    mutating func letGo(asOf flushes: UInt64, unless isKept: (Seat, Held) -> Bool) {
        for (seat, one) in held where one.flush <= flushes && !isKept(seat, one) { released.insert(seat) }
        for (seat, one) in lost where one.flush <= flushes && !isKept(seat, one) { lost[seat] = nil }
    }

    /// This service left or was deleted.
    mutating func letGo(of seats: [Seat]) {
        for seat in seats {
            lost[seat] = nil
            if held[seat] != nil { released.insert(seat) }
        }
    }

    /// It was heard; answers the node that is to be removed and whether one is to be made.
    mutating func heard(_ seat: Seat, _ uuid: ServiceUUID, _ number: Int64) -> (removed: String?, isMade: Bool) {
        released.remove(seat)
        guard let one = held[seat] else { return (nil, true) }
        if one.uuid == uuid, one.number == number {
            held[seat]?.flush = flushes
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
