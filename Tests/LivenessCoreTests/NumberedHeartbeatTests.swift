import LivenessTesting
import Testing

@testable import LivenessCore

@Suite("Heartbeats that name their service by number")
struct NumberedHeartbeatTests {
    private func beat(
        _ daemon: inout ModelDaemon,
        _ uuid: ServiceUUID,
        _ number: UInt32,
        _ sequence: UInt64,
        isTrusted: Bool = true,
        isAnswered: Bool = true
    ) -> HeartbeatOutcome {
        let beat = NumberedHeartbeat(
            uuid: uuid,
            number: number,
            sequence: sequence,
            isTrusted: isTrusted,
            isAnswered: isAnswered
        )
        return daemon.beat(beat, isTheirs: false) ?? HeartbeatOutcome(service: 0, kind: .pending)
    }

    private func record(_ daemon: ModelDaemon, _ host: String = "h1") throws -> (uuid: ServiceUUID, number: UInt32) {
        let card = daemon.machine.board.cards[Int(try #require(daemon.place(of: host)))]
        return (card.uuid, card.incarnationNumber)
    }

    @Test("one renews as a whole one does, and what is not newer changes nothing")
    func renews() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        for sequence in 2...20 as ClosedRange<UInt64> {
            await daemon.run(.seconds(30))
            #expect(beat(&daemon, uuid, number, sequence).kind == .renewed)
        }
        #expect(daemon.verdict("h1", "nova-compute") == Verdict(.up, .heartbeat))
        await daemon.run(.seconds(5))
        #expect(beat(&daemon, uuid, number, 20).kind == .repeated)
        #expect(beat(&daemon, uuid, number, 3).kind == .repeated)
        await daemon.run(.seconds(56))
        #expect(daemon.verdict("h1", "nova-compute") == Verdict(.down, .heartbeatMissed))
        // Played back, it revives nobody.
        #expect(beat(&daemon, uuid, number, 20).kind != .renewed)
        #expect(daemon.verdict("h1", "nova-compute")?.state == .down)
    }

    @Test("whole heartbeats and these count on in one row")
    func oneSequence() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        #expect(beat(&daemon, uuid, number, 2).kind == .renewed)
        #expect(await daemon.beat(process.next()) == .repeated)
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(beat(&daemon, uuid, number, 3).kind == .repeated)
        #expect(beat(&daemon, uuid, number, 4).kind == .renewed)
    }

    @Test("one that died is up again with its next one")
    func revived() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        await daemon.run(.seconds(61))
        #expect(daemon.verdict("h1", "nova-compute")?.state == .down)
        let outcome = beat(&daemon, uuid, number, 2)
        #expect(outcome.kind == .renewed && outcome.isNews)
        #expect(daemon.verdict("h1", "nova-compute") == Verdict(.up, .heartbeat))
    }

    @Test("what is new stays new until somebody who asks for an answer is told")
    func news() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        var edit = RecordEdit(uuid: uuid)
        edit.isDisabled = true
        _ = try await daemon.edit(edit)
        #expect(beat(&daemon, uuid, number, 3, isAnswered: false).isNews)
        #expect(beat(&daemon, uuid, number, 4, isAnswered: true).isNews)
        #expect(!beat(&daemon, uuid, number, 5, isAnswered: true).isNews)
    }

    @Test("a service or an incarnation that is not known here has to come whole")
    func unknown() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        #expect(beat(&daemon, ServiceUUID(random: 1, 2), number, 2).kind == .pending)
        for other in [0, number + 1, .max] { #expect(beat(&daemon, uuid, other, 2).kind == .pending) }
        // The one before counts no more.
        #expect(await daemon.beat(Process("h1", incarnation: "b").again { $0.sequence = 1 }) == .renewed)
        #expect(beat(&daemon, uuid, number, 9).kind == .pending)
        #expect(beat(&daemon, uuid, try record(daemon).number, 9).kind == .renewed)
    }

    @Test("one that uses no incarnations cannot beat so: anybody could play it back")
    func withoutIncarnation() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(Heartbeat(host: "h1", binary: "nova-compute"))
        let (uuid, number) = try record(daemon)
        #expect(number == 0 && beat(&daemon, uuid, number, 2).kind == .pending)
    }

    @Test("whoever may not beat for a service is refused, and it is not heard")
    func forbidden() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        await daemon.run(.seconds(50))
        #expect(beat(&daemon, uuid, number, 2, isTrusted: false).kind == .rejected(.forbidden))
        await daemon.run(.seconds(11))
        #expect(daemon.verdict("h1", "nova-compute")?.state == .down)
    }

    @Test("who left or was deleted is not heard, and who failed has to come whole")
    func ended() async throws {
        var daemon = try await freshDaemon()
        for host in ["left", "failed", "deleted"] {
            var process = Process(host)
            await daemon.beat(process.next())
            let (uuid, number) = try record(daemon, host)
            switch host {
            case "left": try await daemon.leave(process.departure())
            case "failed": try await daemon.leave(process.departure(.failed(message: "x")))
            default: try await daemon.delete(uuid)
            }
            #expect(beat(&daemon, uuid, number, 2).kind != .renewed, "\(host)")
            #expect(daemon.verdict(host, "nova-compute")?.state != .up, "\(host)")
        }
    }

    @Test("each of several workers beats by its own number")
    func workers() async throws {
        var daemon = try await freshDaemon()
        var numbers: [UInt32] = []
        for name in ["w1", "w2"] {
            var process = Process("h1", incarnation: name)
            await daemon.beat(process.next { $0.worker = name })
            let service = try #require(daemon.place(of: "h1"))
            let worker = try #require(daemon.machine.workers[service]?.first { $0.name == name })
            numbers.append(UInt32(worker.number))
        }
        let (uuid, _) = try record(daemon)
        await daemon.run(.seconds(50))
        #expect(numbers[0] != numbers[1])
        #expect(beat(&daemon, uuid, numbers[0], 2).kind == .renewed)
        #expect(beat(&daemon, uuid, numbers[0], 2).kind == .repeated)
        #expect(beat(&daemon, uuid, numbers[1], 2).kind == .renewed)
        #expect(beat(&daemon, uuid, numbers[1] + 7, 3).kind == .pending)
        await daemon.run(.seconds(50))
        #expect(daemon.verdict("h1", "nova-compute") == Verdict(.up, .heartbeat))
    }

    @Test("another down time holds from the next heartbeat on: that one has to come whole")
    func changedSettings() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        var settings = daemon.machine.settings
        settings.flapLimit += 1
        daemon.adopt(settings)
        #expect(beat(&daemon, uuid, number, 2).kind == .renewed)
        settings.serviceDownTime = .seconds(90)
        daemon.adopt(settings)
        #expect(beat(&daemon, uuid, number, 3).kind == .pending)
        #expect(await daemon.beat(process.again { $0.sequence = 4 }) == .renewed)
        #expect(beat(&daemon, uuid, number, 5).kind == .renewed)
        await daemon.run(.seconds(80))
        #expect(daemon.verdict("h1", "nova-compute")?.state == .up)
    }

    @Test("what waited in the sockets of a stopped daemon counts from when that stopped")
    func waited() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let (uuid, number) = try record(daemon)
        await daemon.run(.seconds(20))
        let stopped = daemon.now
        daemon.stall(.seconds(30))
        #expect(beat(&daemon, uuid, number, 2).kind == .renewed)
        let service = Int(try #require(daemon.place(of: "h1")))
        #expect(daemon.machine.rows[service].heardAt <= stopped + .seconds(1))
    }
}
