/// Agents that report for other hosts, such as one for a rack, and by which of them each service was last heard.
///
/// Nothing is kept before the first of them calls: a fleet without relays pays a look at `isEmpty`.
struct Relays: Sendable {
    /// From when to when a relay did not call.
    struct Absence: Hashable, Sendable {
        var began: Instant
        var ended: Instant
    }

    struct Relay: Sendable {
        /// The host it runs on, byte by byte.
        var host: [UInt8]
        var lastCall: Instant
        /// How far apart its calls are at most while it lives: the interval at which it beats for itself.
        var pace: Duration
        var paceStated: Instant
        /// Services on other hosts that were last heard by it, and are not down since.
        var memberCount = 0
        /// How many those were when it last called.
        var countAtLastCall = 0
        /// When it last came back after it had been lost.
        var absence: Absence?
        /// Since its last call somebody is unknown for want of it.
        var isHolding = false

        /// Whether so many of those it reported for have been heard in no other way since that its loss explains it.
        func explainsSilence(beyond fraction: Double) -> Bool {
            Double(memberCount) > fraction * Double(countAtLastCall)
        }
    }

    /// In the place of a number: heard by this daemon itself, by another, or by a relay that is not in the table.
    static let direct: UInt16 = 0
    /// A heartbeat of any further relay counts as direct.
    private static let most = Int(UInt16.max)

    /// By number less one; those forgotten are empty, and their numbers free.
    private var table: [Relay] = []
    private var numbers: [[UInt8]: UInt16] = [:]
    private var free: [UInt16] = []
    /// The relay by which each service was last heard; the services behind its end were heard by none.
    private var column: [UInt16] = []
    /// How far the table was looked through for those to forget.
    private var nextForgotten = 0

    /// Whether no relay ever called.
    @inline(__always) var isEmpty: Bool { table.isEmpty }

    subscript(number: UInt16) -> Relay? {
        number == Self.direct || Int(number) > table.count ? nil : table[Int(number) - 1]
    }

    /// The number of the relay by which a service was last heard.
    @inline(__always)
    func number(of service: UInt32) -> UInt16 {
        Int(service) < column.count ? column[Int(service)] : Self.direct
    }

    /// The relay by which a service was last heard, if it was one.
    func relay(of service: UInt32) -> Relay? { self[number(of: service)] }

    /// The number of a relay; `direct` when it is not known.
    func number(ofHost host: [UInt8]) -> UInt16 { numbers[host] ?? Self.direct }

    /// The number of a relay, given now if it has none; `direct` when there is no room for it.
    ///
    /// - Parameters:
    ///   - host: The host it runs on.
    ///   - services: How many services there are, so that room is made for them at once.
    ///   - pace: How far apart its calls are, as long as it has not said so.
    ///   - now: The present.
    /// - Returns: Its number.
    mutating func place(_ host: [UInt8], services: Int, pace: Duration, at now: Instant) -> UInt16 {
        if let known = numbers[host] { return known }
        let relay = Relay(host: host, lastCall: now, pace: pace, paceStated: .distantPast)
        let number: UInt16
        if let last = free.popLast() {
            number = last
            table[Int(number) - 1] = relay
        } else if table.count < Self.most {
            table.append(relay)
            number = UInt16(clamping: table.count)
        } else {
            return Self.direct
        }
        numbers[host] = number
        makeRoom(for: services)
        return number
    }

    private mutating func makeRoom(for services: Int) {
        guard column.count < services else { return }
        column.append(contentsOf: repeatElement(Self.direct, count: services - column.count))
    }

    // MARK: What happens

    /// A relay called.
    ///
    /// An absence that was interrupted for a shorter time than it had lasted goes on: nobody had the time to be heard.
    ///
    /// - Parameters:
    ///   - number: Its number.
    ///   - now: From when on the call counts.
    ///   - wasLost: Whether it is back from an absence.
    /// - Returns: Whether those who are unknown for want of it must be looked at again.
    mutating func called(_ number: UInt16, at now: Instant, wasLost: Bool) -> Bool {
        guard var relay = self[number] else { return false }
        if wasLost {
            var began = relay.lastCall
            if let before = relay.absence, began - before.ended < before.ended - before.began { began = before.began }
            relay.absence = Absence(began: began, ended: now)
        }
        let mustLook = wasLost && relay.isHolding
        if wasLost { relay.isHolding = false }
        relay.lastCall = max(relay.lastCall, now)
        table[Int(number) - 1] = relay
        return mustLook
    }

    /// A relay brought a heartbeat of a service on its own host: it calls as often as the one among them that beats most.
    mutating func beat(_ number: UInt16, every interval: Duration, at now: Instant) {
        guard let relay = self[number] else { return }
        guard interval <= relay.pace || now - relay.paceStated > relay.pace * 2 else { return }
        table[Int(number) - 1].pace = interval
        table[Int(number) - 1].paceStated = now
    }

    /// What a call brought is taken in: so many would be silent if it were the last.
    mutating func counted(_ number: UInt16) {
        guard let relay = self[number] else { return }
        table[Int(number) - 1].countAtLastCall = relay.memberCount
    }

    /// A service was heard by a relay, or in no such way (`direct`); or it is down, and belongs to none.
    ///
    /// - Parameters:
    ///   - service: The service.
    ///   - number: By whom.
    ///   - fraction: How many of those a relay reported for must be silent for its loss to explain it.
    /// - Returns: Whether the loss of the relay it was heard by before explains the silence of the others no longer.
    mutating func moved(_ service: UInt32, to number: UInt16, fraction: Double) -> Bool {
        let before = self.number(of: service)
        guard before != number else { return false }
        makeRoom(for: Int(service) + 1)
        column[Int(service)] = number
        if self[number] != nil { joined(number) }
        guard self[before] != nil else { return false }
        table[Int(before) - 1].memberCount -= 1
        let relay = table[Int(before) - 1]
        guard relay.isHolding, !relay.explainsSilence(beyond: fraction) else { return false }
        table[Int(before) - 1].isHolding = false
        return true
    }

    private mutating func joined(_ number: UInt16) {
        let count = table[Int(number) - 1].memberCount + 1
        table[Int(number) - 1].memberCount = count
        table[Int(number) - 1].countAtLastCall = max(table[Int(number) - 1].countAtLastCall, count)
    }

    /// A service is unknown for want of the relay by which it was last heard.
    mutating func held(_ service: UInt32) {
        let number = number(of: service)
        if self[number] != nil { table[Int(number) - 1].isHolding = true }
    }

    /// Forgets relays that reported for nobody any more when they last called, before `oldest`; looks at `limit` of them.
    ///
    /// - Returns: Whether there are more to look at.
    mutating func forget(before oldest: Instant, limit: Int) -> Bool {
        let end = min(nextForgotten + limit, table.count)
        for position in nextForgotten..<end {
            let relay = table[position]
            guard relay.memberCount == 0, relay.lastCall < oldest, !relay.host.isEmpty else { continue }
            numbers[relay.host] = nil
            table[position].host = []
            free.append(UInt16(clamping: position + 1))
        }
        nextForgotten = end < table.count ? end : 0
        return nextForgotten > 0
    }

    /// How many are in the table.
    var count: Int { numbers.count }
}
