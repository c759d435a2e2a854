import LivenessCore
import LivenessEngine
import Testing

@Suite("Wakeups")
struct WakeupTests {
    @Test("a wait that ran out of time leaves the next one waiting")
    func waitsAgain() async throws {
        let time = ManualTime()
        let wakeup = Wakeup()
        for _ in 0..<3 {
            async let waited: Void = wakeup.wait(atMost: .milliseconds(250), time)
            #expect(await time.soon({ time.sleeperCount == 1 }, turns: 200_000))
            // Whoever does not wait has returned by now, and its sleeper is gone.
            #expect(await !time.soon({ time.sleeperCount == 0 }, turns: 1_000))
            time.advance(by: .milliseconds(250))
            try await waited
        }
    }

    @Test("a signal that came while nobody waited ends the next wait, once")
    func keepsOneSignal() async throws {
        let time = ManualTime()
        let wakeup = Wakeup()
        wakeup.signal()
        wakeup.signal()
        #expect(await wakeup.wait() != nil)
        async let waited: Void = wakeup.wait(atMost: .milliseconds(250), time)
        #expect(await time.soon({ time.sleeperCount == 1 }, turns: 200_000))
        time.advance(by: .milliseconds(250))
        try await waited
        wakeup.signal()
        #expect(await wakeup.wait() != nil)
    }

    @Test("a cancelled wait ends without a signal")
    func ends() async {
        let wakeup = Wakeup()
        let ended = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await wakeup.wait() == nil }
            group.cancelAll()
            return await group.next()
        }
        #expect(ended == true)
    }
}
