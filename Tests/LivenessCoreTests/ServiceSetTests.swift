import LivenessTesting
import Testing

@testable import LivenessCore

@Suite("The set of services that wait")
struct ServiceSetTests {
    @Test("they come out by their numbers, each once, however often and in whatever order they went in")
    func order() {
        var waiting = ServiceSet()
        for service: UInt32 in [700_001, 64, 63, 0, 64, 3, 700_001, 127] { waiting.insert(service) }
        #expect(waiting.count == 6)
        #expect(waiting.contains(64))
        #expect(!waiting.contains(65))
        #expect(!waiting.contains(2_000_000))
        #expect(all(&waiting) == [0, 3, 63, 64, 127, 700_001])
        #expect(waiting.count == 0)
        #expect(!waiting.contains(64))
    }

    @Test("who comes again waits for the next round, and keeps nobody behind it waiting")
    func round() {
        var waiting = ServiceSet()
        for service: UInt32 in [10, 20, 30] { waiting.insert(service) }
        #expect(waiting.popNext() == 10)
        waiting.insert(5)
        #expect(waiting.popNext() == 20)
        waiting.insert(5)
        waiting.insert(10)
        #expect(all(&waiting) == [30, 5, 10])
    }

    @Test("beside a set of the standard library", arguments: UInt64(1)...4)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var waiting = ServiceSet()
        var model: Set<UInt32> = []
        for _ in 0..<20_000 {
            if UInt32.random(in: 0..<3, using: &random) > 0 {
                let service = UInt32.random(in: 0..<(seed % 2 == 0 ? 300 : 100_000), using: &random)
                waiting.insert(service)
                model.insert(service)
            } else {
                let service = waiting.popNext()
                #expect(service.map { model.remove($0) != nil } ?? model.isEmpty)
            }
            #expect(waiting.count == model.count)
        }
        #expect(Set(all(&waiting)) == model)
    }

    private func all(_ waiting: inout ServiceSet) -> [UInt32] {
        var services: [UInt32] = []
        while let service = waiting.popNext() { services.append(service) }
        return services
    }
}
