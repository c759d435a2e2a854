import LivenessCore
import LivenessTesting
import Testing

@Suite("Answers that the store holds up")
struct HeldAnswerTests {
    @Test("who was heard and waits for the answer stays up, and then has a whole down time")
    func held() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(59))
        let outcome = daemon.ask(process.next())
        #expect(outcome.kind == .renewed)
        await daemon.run(.seconds(90))
        #expect(daemon.verdict("h1")?.state == .up)
        let service = try #require(daemon.place(of: "h1"))
        let evidence = daemon.machine.explanation(of: service, at: daemon.now)?.evidence.map(\.fact)
        #expect(evidence?.contains("answer_held") == true)
        daemon.answer(outcome)
        await daemon.run(.milliseconds(59_900))
        #expect(daemon.verdict("h1")?.state == .up)
        await daemon.run(.milliseconds(300))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
    }

    @Test("an answer that goes out during a pause counts until the pause began")
    func pause() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(59))
        let outcome = daemon.ask(process.next())
        await daemon.run(.seconds(70))
        daemon.stall(.seconds(10))
        daemon.notice()
        daemon.answer(outcome)
        await daemon.run(.seconds(59))
        #expect(daemon.verdict("h1")?.state == .unknown)
        await daemon.run(.seconds(2))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
    }

    @Test("a service's workers wait with it")
    func workers() async throws {
        var daemon = try await freshDaemon()
        func beat(_ worker: String, _ sequence: UInt64) -> Heartbeat {
            Heartbeat(host: "h1", binary: "b", worker: worker, incarnation: "inc-\(worker)", sequence: sequence)
        }
        await daemon.beat(beat("w1", 1))
        await daemon.beat(beat("w2", 1))
        await daemon.run(.seconds(50))
        let outcomes = [daemon.ask(beat("w1", 2)), daemon.ask(beat("w2", 2))]
        #expect(outcomes.allSatisfy { $0.kind == .renewed })
        await daemon.run(.seconds(70))
        for outcome in outcomes { daemon.answer(outcome) }
        let name = ServiceName(host: "h1", binary: "b")
        try await daemon.leave(Departure(name: name, worker: "w1", incarnation: "inc-w1", manner: .left))
        await daemon.run(.seconds(50))
        #expect(daemon.verdict("h1", "b")?.state == .up)
        await daemon.run(.seconds(11))
        #expect(daemon.verdict("h1", "b")?.state == .down)
    }
}
