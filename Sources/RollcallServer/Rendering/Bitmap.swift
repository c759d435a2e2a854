/// Numbers of which some are marked, to be sent as bits: bit *i* (byte *i* / 8, its least significant bit first) is 1
/// where the number `first` + *i* is marked.
///
/// They may be any that an `Int64` holds, in any order. How far a number is from `first` is counted without a sign: from
/// the lowest to the highest it may be further than an `Int64` reaches.
struct Bitmap: Sendable {
    /// Bytes to which the bits may come however few the numbers are.
    static let modestSize: UInt64 = 4 << 20
    /// Bytes that they may come to for each number, where that is more.
    static let sizePerNumber: UInt64 = 64

    /// How many numbers there are, marked or not.
    private(set) var count = 0
    private(set) var lowest = Int64.max
    private(set) var highest = Int64.min
    private var marked: [Int64] = []

    mutating func add(_ number: Int64, isMarked: Bool) {
        count += 1
        lowest = min(lowest, number)
        highest = max(highest, number)
        if isMarked { marked.append(number) }
    }

    /// What bit 0 stands for: a multiple of 8, at most the lowest number; 0 where there is no number.
    ///
    /// It does not depend on what is marked.
    var first: Int64 { count == 0 ? 0 : lowest & ~7 }

    /// The bits, as far as one of them is 1; nil where the numbers are too far apart for their count.
    ///
    /// Whether they are does not depend on what is marked either.
    func bytes() -> [UInt8]? {
        guard count > 0 else { return [] }
        let first = first
        let last = Self.place(of: highest, from: first)
        if last >= Self.modestSize, last / Self.sizePerNumber >= UInt64(clamping: count) { return nil }
        guard let furthest = marked.max() else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(Self.place(of: furthest, from: first)) + 1)
        for number in marked {
            // The low bits of a number are those of its distance: `first` has none.
            bytes[Int(Self.place(of: number, from: first))] |= 1 << UInt8(truncatingIfNeeded: number & 7)
        }
        return bytes
    }

    /// Which byte holds the bit of a number that is not below `first`.
    private static func place(of number: Int64, from first: Int64) -> UInt64 {
        (UInt64(bitPattern: number) &- UInt64(bitPattern: first)) >> 3
    }
}
