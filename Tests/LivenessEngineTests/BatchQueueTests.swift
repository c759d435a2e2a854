import LivenessCore
import Testing

@testable import LivenessEngine

@Suite("The queue that makes batches")
struct BatchQueueTests {
    @Test("calls that come while one is under way go together in the next, and each gets its own answers")
    func joins() async {
        let queue = BatchQueue<Int, Int>(largest: 1_000)
        let sizes = Tally()
        let total = 200
        await withTaskGroup(of: (Int, [Int]).self) { group in
            for call in 0..<total {
                group.addTask {
                    let mine = [2 * call, 2 * call + 1]
                    let outcomes = await queue.handle(mine) { items in
                        sizes.add(items.count)
                        for _ in 0..<100 { await Task.yield() }
                        return items.map { -$0 }
                    }
                    return (call, outcomes)
                }
            }
            for await (call, outcomes) in group {
                #expect(outcomes == [-2 * call, -2 * call - 1])
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
