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

    /// Bytes that are not of `[A-Za-z0-9._-]`: exact in every byte.
    @inline(__always)
    static func unlikeIdentifiers(_ word: UInt64) -> UInt64 {
        // With the high bits set no byte borrows from the next when something is taken from it.
        let guarded = word | highs
        let letters = within(guarded | all(0x20), UInt8(ascii: "a"), UInt8(ascii: "z"))
        let digits = within(guarded, UInt8(ascii: "0"), UInt8(ascii: "9"))
        let marks = within(guarded, UInt8(ascii: "-"), UInt8(ascii: "."))
        let underscores = within(guarded, UInt8(ascii: "_"), UInt8(ascii: "_"))
        return (~(letters | digits | marks | underscores) | word) & highs
    }

    /// The high bit of the bytes in a range of ASCII; other bits mean nothing.
    @inline(__always)
    private static func within(_ guarded: UInt64, _ first: UInt8, _ last: UInt8) -> UInt64 {
        (guarded &- all(first)) & ~(guarded &- all(last &+ 1))
    }

    /// Which byte the lowest report of a test is.
    @inline(__always)
    static func lowest(_ report: UInt64) -> Int { report.trailingZeroBitCount &>> 3 }
}
