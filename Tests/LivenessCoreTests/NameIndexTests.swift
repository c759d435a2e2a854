import LivenessCore
import LivenessTesting
import Testing

@Suite("The index of names")
struct NameIndexTests {
    @Test("names are found again after pages have split, whatever the seed", arguments: UInt64(1)...8)
    func splits(seed: UInt64) {
        let hasher = NameHasher(seed: seed, secret: ~seed)
        let hashes = (0..<5_000).map { hasher.name(host: "host-\($0)", binary: "nova-compute") }
        #expect(Set(hashes).count == hashes.count)
        var index = NameIndex()
        for (number, hash) in hashes.enumerated() {
            index.insert(hash, UInt64(number)) { hashes[Int($0)] }
        }
        for (number, hash) in hashes.enumerated() {
            #expect(index.find(hash) { hashes[Int($0)] == hash } == UInt64(number))
        }
        #expect(index.pageCount < 64)
    }

    @Test("names whose hashes agree in every bit that chooses a page do not make the index grow without bound")
    func collisions() {
        var index = NameIndex()
        let hashes = (0..<2_000).map { UInt64($0) }
        for (number, hash) in hashes.enumerated() { index.insert(hash, UInt64(number)) { hashes[Int($0)] } }
        #expect(index.pageCount < 10_000)
        for (number, hash) in hashes.enumerated() {
            #expect(index.find(hash) { hashes[Int($0)] == hash } == UInt64(number))
        }
    }

    @Test("of names that share what a slot remembers of their hashes each is found, with the largest values that fit")
    func sharedTags() {
        var index = NameIndex()
        let hashes = (0..<200).map { UInt64($0) << 20 | 0x155 }
        let largest: UInt64 = 1 << 54 - 2
        for (number, hash) in hashes.enumerated() {
            index.insert(hash, largest - UInt64(number)) { hashes[Int(largest - $0)] }
        }
        for (number, hash) in hashes.enumerated() {
            let value = largest - UInt64(number)
            #expect(index.find(hash) { $0 == value } == value)
            #expect(index.find(hash ^ 1) { _ in true } == nil)
        }
    }

    @Test("a name that is taken out is gone, and those probed past it are still found")
    func removal() {
        let hasher = NameHasher(seed: 7, secret: 9)
        let hashes = (0..<2_000).map { hasher.text("name-\($0)") }
        var index = NameIndex()
        for (number, hash) in hashes.enumerated() { index.insert(hash, UInt64(number)) { hashes[Int($0)] } }
        for number in stride(from: 0, to: 2_000, by: 2) {
            index.remove(hashes[number], UInt64(number)) { hashes[Int($0)] }
        }
        for (number, hash) in hashes.enumerated() {
            let found = index.find(hash) { hashes[Int($0)] == hash }
            #expect(found == (number % 2 == 0 ? nil : UInt64(number)))
        }
    }
}
