import LivenessCore
import LivenessTesting
import Testing

@Suite("Changed settings")
struct ChangedSettingsTests {
    @Test("a changed service_down_time holds for a service from its next heartbeat")
    func fromTheNextHeartbeat() async throws {
        var daemon = try await freshDaemon()
        var silent = Process("h1")
        var living = Process("h2")
        await daemon.beat(silent.next())
        await daemon.beat(living.next())
        var settings = LivenessSettings()
        settings.serviceDownTime = .seconds(30)
        daemon.adopt(settings)
        await daemon.beat(living.next())
        await daemon.run(.seconds(31))
        #expect(daemon.verdict("h1")?.state == .up)
        #expect(daemon.verdict("h2") == Verdict(.down, .heartbeatMissed))
    }

    @Test("settings that change nothing for a service do not send its next heartbeat to the database")
    func noAdmission() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let admitted = daemon.machine.counters.admitted
        var settings = LivenessSettings()
        settings.flapLimit = 9
        daemon.adopt(settings)
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.machine.counters.admitted == admitted)
        settings.reportInterval = .seconds(20)
        daemon.adopt(settings)
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.machine.counters.admitted == admitted + 1)
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.machine.counters.admitted == admitted + 1)
    }
}
