/// Eight bytes looked at together: SIMD within a register (Mycroft's test for a zero byte and its relatives).
///
/// Each test answers with the high bit of the bytes it is true of. The tests for *equal*, *below* and *special* are
/// exact up to and including the lowest byte that they report, and may report more above it.
enum ByteWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The byte in all eight places.
    @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* ones }

    /// Bytes that are `byte`.
    @inline(__always)
    static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ all(byte)
        return (difference &- ones) & ~difference & highs
    }

    /// Bytes that are below `byte`, which is at most 128.
    @inline(__always)
    static func below(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        (word &- all(byte)) & ~word & highs
    }

    /// Bytes that end a string or cannot stand in a name: `"`, `\`, `/`, control characters, DEL and what is
    /// not ASCII.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        equal(word, UInt8(ascii: "\"")) | equal(word, UInt8(ascii: "\\")) | equal(word, UInt8(ascii: "/"))
            | below(word, 0x20) | (word | (word &+ ones)) & highs
    }

    /// Bytes in a range of ASCII, of a word that is all ASCII: exact in every byte.
    @inline(__always)
    static func within(_ word: UInt64, _ first: UInt8, _ last: UInt8) -> UInt64 {
        ((word | highs) &- all(first)) & ~((word | highs) &- all(last &+ 1)) & highs
    }

    /// Which byte the lowest report of a test is.
    @inline(__always)
    static func lowest(_ report: UInt64) -> Int { report.trailingZeroBitCount &>> 3 }
}
