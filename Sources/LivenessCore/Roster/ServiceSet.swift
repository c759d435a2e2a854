/// Services that wait, each of them once, taken out in the order of their numbers, round and round.
///
/// Numbers go with the rows of the database, more or less: whoever writes thousands of services in several transactions
/// so writes each page of it once, instead of once in each of them (the elevator's way to serve a disk). Nobody waits
/// for longer than one round.
struct ServiceSet: Sendable {
    /// A bit for each number.
    private var words: [UInt64] = []
    /// Where the round has come to.
    private var next: UInt32 = 0
    private(set) var count = 0

    @inline(__always)
    mutating func insert(_ service: UInt32) {
        let (word, bit) = Self.place(service)
        if word >= words.count { grow(to: word) }
        count &+= words[word] & bit == 0 ? 1 : 0
        words[word] |= bit
    }

    @inline(__always)
    func contains(_ service: UInt32) -> Bool {
        let (word, bit) = Self.place(service)
        return word < words.count && words[word] & bit != 0
    }

    mutating func popNext() -> UInt32? {
        guard count > 0 else { return nil }
        count &-= 1
        var word = Int(next >> 6)
        var waiting = words[word] & (.max << UInt64(next & 63))
        while waiting == 0 {
            word = word + 1 < words.count ? word + 1 : 0
            waiting = words[word]
        }
        let service = UInt32(word) << 6 | UInt32(waiting.trailingZeroBitCount)
        words[word] &= ~Self.place(service).bit
        next = service
        return service
    }

    @inline(__always)
    private static func place(_ service: UInt32) -> (word: Int, bit: UInt64) {
        (Int(service >> 6), 1 << UInt64(service & 63))
    }

    @inline(never)
    private mutating func grow(to word: Int) {
        words += Array(repeating: 0, count: max(word + 1, words.count * 2) - words.count)
    }
}
