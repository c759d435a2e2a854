import Testing

@testable import LivenessCore

@Suite("The array of which snapshots are taken")
struct SnapshotArrayTests {
    @Test("a snapshot stays as it was while the array changes and grows")
    func snapshot() {
        var array = SnapshotArray<Int>(bits: 2)
        for number in 0..<1_000 { array.append(number) }
        let snapshot = array
        for number in stride(from: 0, to: 1_000, by: 7) { array[number] = -1 }
        array.append(1_000)
        #expect(snapshot.count == 1_000)
        #expect(array.count == 1_001)
        for number in 0..<1_000 {
            #expect(snapshot[number] == number)
            #expect(array[number] == (number % 7 == 0 ? -1 : number))
        }
        #expect(array[1_000] == 1_000)
    }
}
