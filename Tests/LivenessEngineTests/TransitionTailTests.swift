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
        #expect(tail.rows(after: 10, limit: 10)?.rows.isEmpty == true)
        tail.append([row(11)], to: shared)
        #expect(tail.newest == 12)
        #expect(tail.rows(after: 10, limit: 10)?.rows.map(\.revision) == [11, 12])
        #expect(tail.rows(after: 11, limit: 10)?.rows.map(\.revision) == [12])
        #expect(tail.rows(after: 10, limit: 1)?.rows.map(\.revision) == [11])
    }

    @Test("what is no longer in memory is left to the store")
    func bounded() {
        let shared = machine()
        let tail = TransitionTail()
        tail.restart(at: 0)
        tail.append((1...40_000).map(row), to: shared)
        #expect(tail.newest == 40_000)
        #expect(tail.rows(after: 0, limit: 10)?.rows == nil)
        #expect(tail.rows(after: 39_990, limit: 100)?.rows.count == 10)
    }

    @Test("rows that were removed before they were read are passed over, and what comes behind them is shown")
    func holes() {
        let shared = machine()
        let tail = TransitionTail()
        tail.restart(at: 10)
        // Ours, of which the tail learns before it has read those of others.
        tail.append([row(20), row(15)], to: shared)
        tail.append([row(11), row(14), row(15)], after: 10, through: 15, to: shared)
        #expect(tail.newest == 15)
        #expect(tail.rows(after: 10, limit: 10)?.rows.map(\.revision) == [11, 14, 15])
        #expect(tail.rows(after: 12, limit: 10)?.rows.map(\.revision) == [14, 15])
        #expect(tail.rows(after: 9, limit: 10)?.rows == nil)
        // The last page holds nothing: all of it was removed.
        tail.append([], after: 15, through: 19, to: shared)
        #expect(tail.newest == 20)
        #expect(tail.rows(after: 15, limit: 10)?.rows.map(\.revision) == [20])
        // What was read before others were shown says nothing new.
        tail.append([row(11)], after: 10, through: 12, to: shared)
        #expect(tail.rows(after: 10, limit: 10)?.rows.map(\.revision) == [11, 14, 15, 20])
        #expect(shared.withLock { $0.board.head.revision } == 20)
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
