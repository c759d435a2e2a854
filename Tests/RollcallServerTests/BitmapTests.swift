import Testing

@testable import RollcallServer

@Suite("Marked numbers as bits")
struct BitmapTests {
    /// The highest multiple of 8.
    private static let topmost: Int64 = 9_223_372_036_854_775_800

    private func bitmap(_ marked: [Int64], others: [Int64] = []) -> Bitmap {
        var bitmap = Bitmap()
        for number in others { bitmap.add(number, isMarked: false) }
        for number in marked { bitmap.add(number, isMarked: true) }
        return bitmap
    }

    @Test("without a number there is nothing, and it begins at 0")
    func empty() {
        #expect(Bitmap().first == 0 && Bitmap().bytes() == [])
    }

    @Test(
        "a number's bit is where it says, least significant first",
        arguments: [
            ([0], 0, [1]), ([7], 0, [0x80]), ([8], 8, [1]), ([8, 15], 8, [0x81]), ([15, 8, 8], 8, [0x81]),
            ([1, 8, 23], 0, [2, 1, 0x80]), ([-1], -8, [0x80]), ([-9, -1], -16, [0x80, 0x80]),
            ([-8, 8], -8, [1, 0, 1]),
            ([.max], topmost, [0x80]), ([topmost, .max], topmost, [0x81]), ([.min], .min, [1]),
        ] as [([Int64], Int64, [UInt8])]
    )
    func places(marked: [Int64], first: Int64, bytes: [UInt8]) {
        let bitmap = bitmap(marked)
        #expect(bitmap.first == first && bitmap.bytes() == bytes)
    }

    @Test("it begins with the lowest number, marked or not, and ends with the last that is marked")
    func ends() {
        #expect(bitmap([9], others: [3, 100]).first == 0)
        #expect(bitmap([9], others: [3, 100]).bytes() == [0, 2])
        #expect(bitmap([], others: [64, 900]).first == 64)
        #expect(bitmap([], others: [64, 900]).bytes() == [])
    }

    @Test("every number is read back, whatever the order", arguments: UInt64(1)...8)
    func readBack(seed: UInt64) throws {
        // Steps of a linear congruential generator (Knuth, MMIX): a generator whose whole state is the seed.
        var state = seed
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let start = Int64(bitPattern: next() << 33) / 2
        var bitmap = Bitmap()
        var marked: Set<Int64> = []
        var others: Set<Int64> = []
        for _ in 0..<2_000 {
            let number = start + Int64(next() % 9_000)
            guard !marked.contains(number), !others.contains(number) else { continue }
            let isMarked = next() % 3 > 0
            bitmap.add(number, isMarked: isMarked)
            if isMarked { marked.insert(number) } else { others.insert(number) }
        }
        let bytes = try #require(bitmap.bytes())
        #expect(bitmap.first & 7 == 0 && bitmap.count == marked.count + others.count && bytes.last != 0)
        let read = (0..<(bytes.count * 8)).filter { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
        #expect(Set(read.map { bitmap.first + Int64($0) }) == marked)
    }

    @Test("a modest size is given however few the numbers are, and not a byte more")
    func modest() {
        let end = Int64(Bitmap.modestSize) * 8
        #expect(bitmap([0, end - 1]).bytes()?.count == Int(Bitmap.modestSize))
        #expect(bitmap([0, end]).bytes() == nil)
        #expect(bitmap([0], others: [end]).bytes() == nil)
        #expect(bitmap([-8, end - 9]).bytes()?.count == Int(Bitmap.modestSize))
        #expect(bitmap([-8, end - 8]).bytes() == nil)
    }

    @Test("a larger one is given for many numbers")
    func large() {
        let end = Int64(Bitmap.modestSize) * 8
        let enough = Int(Bitmap.modestSize / Bitmap.sizePerNumber)
        #expect(bitmap([end], others: Array(repeating: 0, count: enough - 1)).bytes() == nil)
        #expect(bitmap([end], others: Array(repeating: 0, count: enough)).bytes()?.count == Int(Bitmap.modestSize) + 1)
    }

    @Test("numbers that are as far apart as can be are refused, and no trap")
    func extremes() {
        #expect(bitmap([.min, .max]).bytes() == nil)
        #expect(bitmap([.max, .min]).first == .min)
        #expect(bitmap([], others: [.min, 0, .max]).bytes() == nil)
        #expect(bitmap([0, .max]).bytes() == nil)
        #expect(bitmap([.min, -1]).bytes() == nil)
    }
}
