import LivenessCore
import LivenessTesting
import Testing

@Suite("Relays that come and go")
struct RelaySimulationTests {
    /// A member of a rack, which beats every 10 s.
    private struct Member {
        var process: Process
        /// In which second of ten it beats.
        var phase: Int
        /// The second in which it dies, if it does.
        var death: Int?

        func lives(at second: Int) -> Bool { death.map { second < $0 } ?? true }
    }

    /// The seconds in which the relay calls: away for up to 250 s, and there for 25 at least.
    private static func presence(_ seconds: Int, _ random: inout SplitMix64) -> [Bool] {
        var presence: [Bool] = []
        while presence.count < seconds {
            presence += Array(repeating: true, count: 25 + Int(random.next() % 200))
            presence += Array(repeating: false, count: 1 + Int(random.next() % 250))
        }
        return presence
    }

    @Test("nobody who lives is called down, and every death is noticed", arguments: 0..<6)
    func comesAndGoes(seed: UInt64) async throws {
        let seconds = 1_500
        var random = SplitMix64(seed: seed)
        let presence = Self.presence(seconds, &random)
        var members = (0..<12).map { number in
            let mayDie = number % 3 == 0
            return Member(
                process: Process("h\(number)"),
                phase: Int(random.next() % 10),
                death: mayDie ? 50 + Int(random.next() % 800) : nil
            )
        }
        var relay = Process("r1", binary: "rollcall-relay")
        var daemon = try await freshDaemon { $0.brake.minimum = 1_000 }
        for second in 0..<seconds {
            if presence[second] {
                if second % 5 == 0 { await daemon.beat(relay.next(), through: "r1") }
                for number in members.indices
                where second % 10 == members[number].phase && members[number].lives(at: second) {
                    await daemon.beat(members[number].process.next(), through: "r1")
                }
            }
            await daemon.run(.seconds(1))
            for member in members where member.lives(at: second) {
                let verdict = daemon.verdict(member.process.host)
                #expect(verdict?.state != .down, "seed \(seed): \(member.process.host) at \(second) s")
            }
        }
        for member in members where !member.lives(at: seconds) {
            let verdict = daemon.verdict(member.process.host)
            #expect(verdict == missed, "seed \(seed): \(member.process.host) died at \(member.death ?? 0) s")
        }
    }
}
