import LivenessCore
import LivenessEngine
import Testing

@Suite("The wakeup")
struct WakeupTests {
    @Test("a wait that timed out leaves the next one waiting for its own time or signal")
    func afterTimeout() async throws {
        let wakeup = Wakeup()
        let time = ManualTime()
        for _ in 0..<3 {
            async let waited: Void = wakeup.wait(atMost: .seconds(1), time)
            #expect(await time.soon({ time.sleeperCount == 1 }, turns: 100_000))
            time.advance(by: .seconds(1))
            try await waited
        }
        async let signaled: Void = wakeup.wait(atMost: .seconds(1), time)
        #expect(await time.soon({ time.sleeperCount == 1 }, turns: 100_000))
        wakeup.signal()
        try await signaled
    }

    @Test("signals that come while nobody waits are kept as one")
    func kept() async {
        let wakeup = Wakeup()
        wakeup.signal()
        wakeup.signal()
        #expect(await wakeup.wait() != nil)
        let waiting = Task { await wakeup.wait() }
        waiting.cancel()
        #expect(await waiting.value == nil)
    }
}
