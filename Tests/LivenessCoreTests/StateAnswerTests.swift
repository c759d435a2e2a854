import LivenessCore
import LivenessTesting
import Testing

@Suite("What a question about one service is answered with")
struct StateAnswerTests {
    @Test("the name can be text, or lie within bytes")
    func names() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let board = daemon.machine.board
        let service = try #require(daemon.place(of: "h1"))
        let bytes = Array("/h1/nova-compute/".utf8)
        for said in [
            board.stateAnswer(host: "h1", binary: "nova-compute"),
            board.stateAnswer(bytes, host: 1..<3, binary: 4..<16),
        ] {
            let answer = try #require(said)
            #expect(answer.verdict == up)
            #expect(answer.lastHeard == board.hearings[Int(service)].lastHeard)
        }
        #expect(board.stateAnswer(host: "h2", binary: "nova-compute") == nil)
        #expect(board.stateAnswer(bytes, host: 1..<3, binary: 4..<15) == nil)
    }

    @Test("of a deleted service nothing is said")
    func deleted() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let uuid = try #require(daemon.card("h1")?.uuid)
        try await daemon.delete(uuid)
        #expect(daemon.machine.board.stateAnswer(host: "h1", binary: "nova-compute") == nil)
    }

    @Test("one whose own session stands has no age")
    func session() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let uuid = try #require(daemon.card("h1")?.uuid)
        let session = ObservedSession(uuid: uuid, incarnation: "a", isStanding: true)
        daemon.tell { machine, now in machine.sessionsObserved([session], at: now) }
        let answer = try #require(daemon.machine.board.stateAnswer(host: "h1", binary: "nova-compute"))
        #expect(answer.verdict == Verdict(.up, .session))
        #expect(answer.lastHeard == nil)
    }
}
