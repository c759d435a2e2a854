import RollcallWire
import Testing

@Suite("A bitmap of who is up")
struct UpBitmapTests {
    @Test("the bit of an index is the one that far from the first, least significant first")
    func bits() {
        let bitmap = UpBitmap(first: 16, bytes: [0b1000_0010, 0, 1])
        #expect(bitmap.count == 24)
        #expect((0..<100).filter { bitmap.contains(index: $0) } == [17, 23, 32])
    }

    @Test("an index that is not in it is not up, however far away")
    func elsewhere() {
        let all: [Int64] = [.min, -1, 0, 7, 8, .max - 8, .max]
        #expect(!all.contains { UpBitmap(first: 0, bytes: []).contains(index: $0) })
        #expect(all.filter { UpBitmap(first: 0, bytes: [0xFF]).contains(index: $0) } == [0, 7])
        #expect(all.filter { UpBitmap(first: .min, bytes: [0xFF]).contains(index: $0) } == [.min])
        #expect(all.filter { UpBitmap(first: .max - 7, bytes: [0xFF]).contains(index: $0) } == [.max])
        #expect(all.filter { UpBitmap(first: -8, bytes: [0xFF, 0xFF]).contains(index: $0) } == [-1, 0, 7])
    }

    @Test("bits beyond the last index there can be mean nothing, and a first index that is none of 8 is no trap")
    func beyond() {
        let bitmap = UpBitmap(first: .max - 3, bytes: [0xFF, 0xFF])
        #expect(bitmap.contains(index: .max) && !bitmap.contains(index: .max - 4))
        #expect(!bitmap.contains(index: .min))
    }
}
