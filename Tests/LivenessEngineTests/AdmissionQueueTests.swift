import LivenessCore
import Testing

@testable import LivenessEngine

@Suite("The admission queue")
struct AdmissionQueueTests {
    private static func asked(_ host: Int) -> AdmissionQueue.Asked {
        AdmissionQueue.Asked(
            admission: Admission(
                name: ServiceName(host: "h\(host)", binary: "b"),
                worker: "",
                uuid: ServiceUUID(random: 1, UInt64(host)),
                daemon: "d"
            ),
            attributesHash: 0,
            service: UInt32(host)
        )
    }

    @Test("calls that come while one is under way go together in the next, and each gets its own answers")
    func joins() async {
        let queue = AdmissionQueue()
        let sizes = Tally()
        let total = 200
        await withTaskGroup(of: (Int, [HeartbeatOutcome]).self) { group in
            for call in 0..<total {
                group.addTask {
                    let mine = [Self.asked(2 * call), Self.asked(2 * call + 1)]
                    let outcomes = await queue.admit(mine) { asked in
                        sizes.add(asked.count)
                        for _ in 0..<100 { await Task.yield() }
                        return asked.map { HeartbeatOutcome(service: $0.service, kind: .renewed) }
                    }
                    return (call, outcomes)
                }
            }
            for await (call, outcomes) in group {
                #expect(outcomes.map(\.service) == [UInt32(2 * call), UInt32(2 * call + 1)])
            }
        }
        let handled = sizes.all
        #expect(handled.reduce(0, +) == 2 * total)
        #expect(handled.count < total)
        #expect(handled.allSatisfy { $0 <= 1_000 })
    }

    @Test("the turnstile lets one through at a time, in the order of coming")
    func turnstile() async {
        let turnstile = Turnstile()
        let inside = Tally()
        let most = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await turnstile.pass {
                        inside.add(1)
                        most.add(inside.all.reduce(0, +))
                        await Task.yield()
                        inside.add(-1)
                    }
                }
            }
        }
        #expect(most.all == Array(repeating: 1, count: 100))
    }
}

/// Numbers, as they came.
private final class Tally: Sendable {
    private let numbers = Locked<[Int]>([])

    func add(_ number: Int) {
        numbers.withLock { $0.append(number) }
    }

    var all: [Int] { numbers.withLock { $0 } }
}
