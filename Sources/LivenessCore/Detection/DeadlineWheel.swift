/// A hashed timing wheel (Varghese and Lauck, SOSP 1987) with lazy re-insertion.
///
/// A renewal moves no timer: when an entry's slot comes round its service is asked for its true deadline and, if that
/// is later, filed again. Each service has one valid entry, the one whose tick it remembers; an entry that a newer one
/// replaced is dropped when it comes up.
package struct DeadlineWheel: Sendable {
    /// The width of a slot: how much later than its deadline a service may be looked at.
    package static let slotWidth: Duration = .milliseconds(50)
    private static let slotNanoseconds: Int64 = 50_000_000
    /// Slots of the wheel: 102.4 s.
    ///
    /// A deadline further away is filed at the end and filed again when that comes.
    private static let slotCount: Int64 = 2_048
    private static let noTick = UInt32.max

    private var slots: [ServiceQueue]
    private let origin: Instant
    /// The first tick that was not handed out yet.
    private var nextTick: Int64 = 0
    /// The tick of each service's valid entry, modulo 2^32 - 1.
    private var filedAt: PagedArray<UInt32>

    package init(origin: Instant) {
        self.origin = origin
        self.slots = Array(repeating: ServiceQueue(), count: Int(Self.slotCount))
        self.filedAt = PagedArray(bits: 12)
    }

    /// The tick at whose end everything due at `instant` has passed.
    private func tick(of instant: Instant) -> Int64 {
        let elapsed = max(0, instant.nanoseconds &- origin.nanoseconds)
        return elapsed / Self.slotNanoseconds + (elapsed % Self.slotNanoseconds == 0 ? 0 : 1)
    }

    /// Files a service under its deadline.
    ///
    /// An entry it has already loses its meaning.
    package mutating func file(_ service: UInt32, due: Instant) {
        while filedAt.count <= Int(service) { filedAt.append(Self.noTick) }
        let tick = min(max(tick(of: due), nextTick), nextTick + Self.slotCount - 1)
        let mark = UInt32(truncatingIfNeeded: tick % Int64(Self.noTick))
        if filedAt[Int(service)] == mark { return }
        filedAt[Int(service)] = mark
        slots[Int(tick % Self.slotCount)].append(service)
    }

    /// Whether the service has a valid entry.
    package func holds(_ service: UInt32) -> Bool {
        Int(service) < filedAt.count && filedAt[Int(service)] != Self.noTick
    }

    /// Reads when these services are filed, in a loop so tight that their cache misses overlap: before each is withdrawn.
    func touch(_ services: [UInt32]) -> Int64 {
        var touched: Int64 = 0
        for service in services where Int(service) < filedAt.count { touched ^= Int64(filedAt[Int(service)]) }
        return touched
    }

    /// Takes a service's entry out.
    package mutating func withdraw(_ service: UInt32) {
        if Int(service) < filedAt.count { filedAt[Int(service)] = Self.noTick }
    }

    /// Takes out up to `limit` of the entries that came up by `now`.
    ///
    /// Returns false when more may be waiting. An entry that is handed out is no longer in the wheel.
    package mutating func advance(to now: Instant, limit: Int, into due: inout [UInt32]) -> Bool {
        let elapsed = now.nanoseconds &- origin.nanoseconds
        guard elapsed >= 0 else { return true }
        let last = elapsed / Self.slotNanoseconds
        var looked = 0
        while nextTick <= last {
            let slot = Int(nextTick % Self.slotCount)
            let mark = UInt32(truncatingIfNeeded: nextTick % Int64(Self.noTick))
            let first = due.count
            slots[slot].popFirst(limit - looked, into: &due)
            looked += due.count - first
            // A loop so tight that its cache misses overlap.
            var kept = first
            for position in first..<due.count {
                let service = due[position]
                if filedAt[Int(service)] == mark {
                    filedAt[Int(service)] = Self.noTick
                    due[kept] = service
                    kept += 1
                }
            }
            due.removeLast(due.count - kept)
            if looked >= limit { return false }
            nextTick += 1
        }
        return true
    }
}
