import LivenessCore
import Testing

@testable import LivenessEngine

@Suite("The tail of the log")
struct TransitionTailTests {
    private func row(_ revision: Int64) -> Transition {
        Transition(
            revision: revision,
            kind: .state,
            uuid: ServiceUUID(random: 1, 1),
            host: "h",
            binary: "b",
            topic: "t",
            zone: "z",
            from: .up,
            to: .down,
            reason: "heartbeat_missed",
            at: Timestamp(microseconds: 0)
        )
    }

    private func machine() -> SharedMachine {
        let hasher = NameHasher(seed: 1, secret: 2)
        let start = Instant(nanoseconds: 0)
        return SharedMachine(
            LivenessMachine(settings: LivenessSettings(), hasher: hasher, at: start),
            time: ManualTime()
        )
    }

    @Test("rows that arrive out of order are shown in order, and never with a gap")
    func order() {
        let shared = machine()
        let tail = TransitionTail()
        tail.restart(at: 10)
        tail.append([row(12)], to: shared)
        #expect(tail.newest == 10)
        #expect(tail.rows(after: 10, limit: 10)?.isEmpty == true)
        tail.append([row(11)], to: shared)
        #expect(tail.newest == 12)
        #expect(tail.rows(after: 10, limit: 10)?.map(\.revision) == [11, 12])
        #expect(tail.rows(after: 11, limit: 10)?.map(\.revision) == [12])
        #expect(tail.rows(after: 10, limit: 1)?.map(\.revision) == [11])
    }

    @Test("what is no longer in memory is left to the store")
    func bounded() {
        let shared = machine()
        let tail = TransitionTail()
        tail.restart(at: 0)
        tail.append((1...40_000).map(row), to: shared)
        #expect(tail.newest == 40_000)
        #expect(tail.rows(after: 0, limit: 10) == nil)
        #expect(tail.rows(after: 39_990, limit: 100)?.count == 10)
    }

    @Test("who waits for a row is woken when the log begins anew")
    func restarts() async {
        let tail = TransitionTail()
        let time = ManualTime()
        tail.restart(at: 10)
        async let waiting: Void = tail.wait(after: 10, atMost: .seconds(60), time)
        #expect(await time.soon({ tail.waiterCount == 1 && time.sleeperCount == 1 }, turns: 200_000))
        tail.restart(at: 3)
        await waiting
        #expect(tail.waiterCount == 0)
    }
}
