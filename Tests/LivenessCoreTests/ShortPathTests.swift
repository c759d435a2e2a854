import LivenessTesting
import Testing

@testable import LivenessCore

@Suite("The short path of a renewal")
struct ShortPathTests {
    @Test("a service takes it from its registration on, and again after a death")
    func registered() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let service = Int(try #require(daemon.place(of: "h1")))
        #expect(daemon.machine.rows[service].flags.contains(.up))
        await daemon.run(.seconds(61))
        #expect(!daemon.machine.rows[service].flags.contains(.up))
        await daemon.beat(process.next())
        #expect(daemon.machine.rows[service].flags.contains(.up))
    }
}
