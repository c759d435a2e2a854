import AllocationCount
import LivenessTesting

/// A table of a fleet as bare as it can be: a slot of a hash table, a name of 64 bytes and a row of 32 for each service.
///
/// What it does in the random order in which a fleet beats is loads and stores, and nothing else: their cache misses
/// are what any roster has.
struct ReferenceTable {
    private struct Row {
        var lastHeard: UInt64 = 0
        var sequence: UInt64 = 0
        var stated: UInt64 = 0
        var rest: UInt64 = 0
    }

    private static let wordsOfName = 8

    private var slots: [UInt32]
    private var names: [UInt64]
    private var rows: [Row]
    private let order: [UInt32]

    init(count: Int) {
        var random = SplitMix64(seed: 7)
        order = (0..<UInt32(count)).shuffled(using: &random)
        slots = (0..<UInt32(count)).shuffled(using: &random)
        names = (0..<count * Self.wordsOfName).map { _ in random.next() }
        rows = Array(repeating: Row(), count: count)
    }

    /// Reads a slot and a name and renews a row, for each service.
    mutating func renewAll() -> Int {
        for number in order {
            let service = Int(slots[Int(number)])
            var name: UInt64 = 0
            for word in 0..<Self.wordsOfName { name ^= names[service &* Self.wordsOfName &+ word] }
            rows[service].lastHeard &+= 1
            rows[service].sequence ^= name
        }
        return order.count
    }

    /// Goes over a name's bytes as a hash does, and reads its slot, the name there and a row, for each service.
    func readAll() -> Int {
        var sum: UInt64 = 0
        for number in order {
            var hash: UInt64 = 0
            for word in 0..<Self.wordsOfName {
                hash = (hash ^ names[Int(number) &* Self.wordsOfName &+ word]) &* 0x9E37_79B9_7F4A_7C15
            }
            let service = Int(slots[Int(number)])
            var name = hash
            for word in 0..<Self.wordsOfName { name ^= names[service &* Self.wordsOfName &+ word] }
            sum &+= name ^ rows[service].lastHeard
        }
        keep_value(sum)
        return order.count
    }

    /// Reads and writes each row.
    mutating func sweepRows() -> Int {
        for number in order {
            rows[Int(number)].rest = rows[Int(number)].lastHeard ^ rows[Int(number)].sequence &+ 1
        }
        return order.count
    }
}
