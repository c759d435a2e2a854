/// Hashes names with a seed of the process: 64 × 64 → 128-bit multiplications folded by exclusive or, the mixing step
/// of wyhash (Wang Yi, public domain).
///
/// The seed keeps whoever chooses names from choosing collisions.
package struct NameHasher: Sendable {
    private let seed: UInt64
    private let secret: UInt64

    /// Any two numbers will do, also small ones: their bits are spread first.
    ///
    /// A multiplication by a number of few bits, or of nearly all, would keep names apart badly.
    package init(seed: UInt64, secret: UInt64) {
        self.seed = Self.spread(seed)
        self.secret = Self.spread(secret) | 1
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private static func spread(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    @inline(__always)
    private static func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: other)
        return product.low ^ product.high
    }

    /// The hash of `bytes[range]`, going on from `start`.
    @inline(__always)
    package func hash(_ bytes: RawSpan, _ range: Range<Int>, from start: UInt64 = 0) -> UInt64 {
        var state = seed ^ start
        let end = range.upperBound
        var tail: UInt64 = 0
        if range.count >= 8 {
            var offset = range.lowerBound
            while offset &+ 8 < end {
                let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                state = Self.mix(word ^ secret, state ^ 0xA076_1D64_78BD_642F)
                offset &+= 8
            }
            // The last eight bytes, some of which may have been taken already.
            tail = bytes.unsafeLoadUnaligned(fromByteOffset: end &- 8, as: UInt64.self)
        } else if range.count >= 4 {
            // The first and the last four bytes, some of which may be the same.
            let first = bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt32.self)
            let last = bytes.unsafeLoadUnaligned(fromByteOffset: end &- 4, as: UInt32.self)
            tail = UInt64(first) &<< 32 | UInt64(last)
        } else {
            for offset in range {
                tail = tail &<< 8 | UInt64(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            }
        }
        let length = UInt64(truncatingIfNeeded: range.count)
        return Self.mix(tail ^ secret, state ^ (length &* 0xE703_7ED1_A0B4_28DB))
    }

    /// The hash of a service's name: of its host, then of its binary.
    @inline(__always)
    package func name(_ bytes: RawSpan, host: Range<Int>, binary: Range<Int>) -> UInt64 {
        hash(bytes, binary, from: hash(bytes, host))
    }

    package func name(host: String, binary: String) -> UInt64 {
        let bytes = Array(host.utf8) + Array(binary.utf8)
        let split = host.utf8.count
        return name(bytes.span.bytes, host: 0..<split, binary: split..<bytes.count)
    }

    package func text(_ text: String) -> UInt64 {
        let bytes = Array(text.utf8)
        return hash(bytes.span.bytes, 0..<bytes.count)
    }

    /// Of an incarnation; 0 for a service that states none.
    package func incarnation(_ incarnation: String?) -> UInt64 {
        incarnation.map { text($0) | 1 } ?? 0
    }
}
