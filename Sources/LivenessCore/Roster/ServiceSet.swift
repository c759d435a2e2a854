/// A set of services by their dense numbers, one bit each: of a million services it takes 125 kB.
package struct ServiceSet: Hashable, Sendable {
    /// No trailing word is zero, so that equal sets have equal words.
    private var words: [UInt64] = []

    package init() {}

    package var isEmpty: Bool { words.isEmpty }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    @inline(__always)
    package func contains(_ service: UInt32) -> Bool {
        let word = Int(service >> 6)
        return word < words.count && words[word] & (1 << UInt64(service & 63)) != 0
    }

    package mutating func insert(_ service: UInt32) {
        let word = Int(service >> 6)
        if word >= words.count { words += repeatElement(0, count: word + 1 - words.count) }
        words[word] |= 1 << UInt64(service & 63)
    }

    package mutating func formUnion(_ other: ServiceSet) {
        if other.words.count > words.count {
            words += repeatElement(0, count: other.words.count - words.count)
        }
        for word in other.words.indices { words[word] |= other.words[word] }
    }

    package func subtracting(_ other: ServiceSet) -> ServiceSet {
        var left = self
        for word in 0..<min(words.count, other.words.count) { left.words[word] &= ~other.words[word] }
        while left.words.last == 0 { left.words.removeLast() }
        return left
    }

    /// Takes out those of up to `limit` times 64 neighbouring numbers, from the highest down.
    package mutating func popLast(words limit: Int) -> [UInt32] {
        var taken: [UInt32] = []
        for _ in 0..<limit {
            guard let last = words.popLast() else { break }
            var bits = last
            let base = UInt32(words.count) << 6
            while bits != 0 {
                taken.append(base + UInt32(bits.trailingZeroBitCount))
                bits &= bits - 1
            }
            while words.last == 0 { words.removeLast() }
        }
        return taken
    }
}
