import LivenessCore
import LivenessTesting
import Testing

@Suite("Blind time")
struct BlindTimeTests {
    @Test("a stop of three down times makes nobody down, and who died in it is down one down time later")
    func stopped() async throws {
        var daemon = try await freshDaemon()
        var living = Process("h1")
        var dead = Process("h2")
        await daemon.beat(living.next())
        await daemon.beat(dead.next())
        await daemon.run(.seconds(5))
        daemon.stall(.seconds(180))
        await daemon.tick()
        #expect(daemon.verdict("h1") == Verdict(.unknown, .localPause, lastState: .up))
        await daemon.beat(living.next())
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
        await daemon.keepBeating(&living, for: .seconds(50))
        #expect(daemon.verdict("h2") == Verdict(.unknown, .localPause, lastState: .up))
        await daemon.keepBeating(&living, for: .seconds(6))
        #expect(daemon.verdict("h2") == Verdict(.down, .heartbeatMissed))
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
        let log = try await daemon.store.transitions(since: 0, limit: 100).transitions
        #expect(log.map(\.kind) == [.created, .created, .state])
    }

    @Test("bytes that waited in the sockets of a stopped daemon do not lift a recorded down")
    func staleBytes() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(61))
        #expect(daemon.verdict("h1")?.state == .down)
        daemon.stall(.seconds(30))
        // It is the heartbeat, not the ticker, that comes first after the stop.
        await daemon.beat(process.next())
        #expect(daemon.verdict("h1")?.state == .down)
        await daemon.tick()
        #expect(daemon.verdict("h1")?.state == .down)
        await daemon.beat(process.next())
        #expect(daemon.verdict("h1")?.state == .up)
    }

    @Test("what waited in the sockets counts as heard when the stop began")
    func waitedBytes() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(50))
        daemon.stall(.seconds(30))
        await daemon.beat(process.next())
        await daemon.tick()
        await daemon.run(.seconds(31))
        #expect(daemon.verdict("h1") == Verdict(.unknown, .localPause, lastState: .up))
        await daemon.run(.seconds(30))
        #expect(daemon.verdict("h1")?.state == .down)
    }

    @Test("the pause threshold is never more than a quarter of the shortest down time")
    func threshold() {
        var settings = LivenessSettings()
        settings.serviceDownTime = .seconds(1)
        #expect(settings.effectivePauseThreshold == .milliseconds(250))
        settings.serviceDownTime = .seconds(60)
        settings.topics["compute"] = .init(serviceDownTime: .seconds(2), reportInterval: nil)
        #expect(settings.effectivePauseThreshold == .milliseconds(500))
    }

    @Test("a deadline moves by blind time, to at most one down time after it ended", arguments: [0, 10, 59, 300])
    func deadlineMoves(length: Int) {
        var blind = BlindTime()
        let heard = Instant(nanoseconds: 0)
        let began = heard + .seconds(20)
        let ended = began + .seconds(length)
        blind.add(.init(began: began, ended: ended, cause: .localPause))
        let deadline = blind.deadline(heard: heard, downTime: .seconds(60))
        #expect(deadline == heard + .seconds(60 + length))
        #expect(deadline <= ended + .seconds(60))
        #expect(blind.deadline(heard: ended, downTime: .seconds(60)) == ended + .seconds(60))
    }

    @Test("periods that overlap count once, and very many are folded in favour of the services")
    func folding() {
        var blind = BlindTime()
        for number in 0..<1_000 {
            let began = Instant(nanoseconds: 0) + .seconds(10 * number)
            blind.add(.init(began: began, ended: began + .seconds(1), cause: .localPause))
        }
        #expect(blind.periods.count <= 64)
        let heard = Instant(nanoseconds: 0) + .seconds(9_989)
        #expect(blind.deadline(heard: heard, downTime: .seconds(60)) == heard + .seconds(61))
        blind.add(.init(began: heard, ended: heard + .seconds(30), cause: .localPause))
        blind.add(.init(began: heard + .seconds(10), ended: heard + .seconds(40), cause: .localPause))
        #expect(blind.deadline(heard: heard, downTime: .seconds(60)) == heard + .seconds(100))
    }
}
