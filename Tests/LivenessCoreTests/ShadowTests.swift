import LivenessCore
import LivenessTesting
import Testing

/// A driver in the shadow, as the daemon's machine sees it: what it shows is told here by hand.
@Suite("Drivers in the shadow")
struct ShadowTests {
    private static let name = "memcached"

    private func daemon(_ policy: DriverPolicy = .driver) async throws -> ModelDaemon {
        var daemon = try await freshDaemon { $0.policy = policy }
        daemon.tell { $0.addShadow(Self.name, at: $1) }
        return daemon
    }

    /// Time goes by; the driver looks once a second, sees nothing by itself, and is compared.
    private func pass(
        _ duration: Duration,
        _ daemon: inout ModelDaemon,
        isLost: Bool = false,
        isProven: Bool = true
    ) async {
        var left = duration
        while left > .zero {
            await daemon.run(min(left, .seconds(1)))
            left -= .seconds(1)
            daemon.lookAtBrake()
            daemon.tell { machine, now in
                if !isLost {
                    machine.shadowFlushed(Self.name, whole: isProven ? now : nil, at: now)
                    machine.shadowObserved(Self.name, Self.nothing, began: now, at: now)
                }
                while machine.compareShadow(Self.name, limit: 2, at: now) {}
            }
        }
    }

    private static var nothing: BackendObservation {
        BackendObservation(epoch: "", daemons: [], changed: [], head: nil)
    }

    /// Another daemon has heard it, as the driver shows.
    private func show(_ host: String, _ daemon: inout ModelDaemon) {
        guard let place = daemon.place(of: host) else { return }
        let card = daemon.machine.board.cards[Int(place)]
        let heartbeat = ObservedHeartbeat(
            id: card.id,
            uuid: card.uuid,
            incarnationNumber: Int64(card.incarnationNumber),
            sequence: nil,
            version: card.version,
            reportInterval: card.reportInterval,
            reportCount: 1
        )
        daemon.tell { $0.shadowShowed(Self.name, [heartbeat][...], at: $1) }
    }

    private func count(_ daemon: ModelDaemon) -> Int? { daemon.machine.disagreements(limit: 10).counts[Self.name] }

    @Test("a driver that never held a service has no opinion of it")
    func neverHeld() async throws {
        var daemon = try await daemon(.all)
        var process = Process("h1")
        for _ in 0..<10 {
            await daemon.beat(process.next())
            await pass(.seconds(10), &daemon)
        }
        #expect(daemon.verdict("h1") == up)
        #expect(count(daemon) == 0)
    }

    @Test("silence in the shadow is a disagreement once it has lasted, it is explained, and it ends")
    func disagrees() async throws {
        var daemon = try await daemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        show("h1", &daemon)
        for _ in 0..<6 {
            await pass(.seconds(10), &daemon)
            await daemon.beat(process.next())
        }
        #expect(count(daemon) == 0, "its down time is not over yet, or only just")
        await pass(.seconds(8), &daemon)
        #expect(count(daemon) == 1)
        let listed = try #require(daemon.machine.disagreements(limit: 10).listed.first)
        #expect(listed.driver == Self.name && listed.opinion == .down && listed.decided == up)
        let service = try #require(daemon.place(of: "h1"))
        let explanation = try #require(daemon.machine.explanation(of: service, at: daemon.now))
        #expect(explanation.evidence.contains { $0.fact == "shadow_disagrees" && $0.text.contains("memcached") })
        #expect(daemon.verdict("h1") == up, "it does not decide")
        show("h1", &daemon)
        await pass(.seconds(1), &daemon)
        #expect(count(daemon) == 0)
    }

    @Test("life in the shadow of one who is down is a disagreement; both down is none")
    func livesInTheShadow() async throws {
        var daemon = try await daemon()
        var dead = Process("h1")
        var other = Process("h2")
        await daemon.beat(dead.next())
        await daemon.beat(other.next())
        show("h1", &daemon)
        for _ in 0..<7 {
            await pass(.seconds(10), &daemon)
            show("h2", &daemon)
        }
        #expect(daemon.verdict("h1") == missed && daemon.verdict("h2") == missed)
        #expect(daemon.machine.disagreements(limit: 10).listed.map(\.opinion) == [.up])
        #expect(count(daemon) == 1)
    }

    @Test("a driver that does not answer, or was emptied, says nothing against anybody")
    func lost() async throws {
        for isLost in [true, false] {
            var daemon = try await daemon(.all)
            var process = Process("h1")
            await daemon.beat(process.next())
            show("h1", &daemon)
            await pass(.seconds(5), &daemon)
            if !isLost {
                daemon.tell { machine, now in
                    var emptied = Self.nothing
                    emptied.isEmptied = true
                    machine.shadowObserved(Self.name, emptied, began: now, at: now)
                }
            }
            for seconds in [10, 10, 10, 10, 10, 9] {
                await daemon.beat(process.next())
                await pass(.seconds(seconds), &daemon, isLost: isLost)
            }
            #expect(count(daemon) == 0)
            #expect(daemon.verdict("h1") == Verdict(.unknown, .backendLost, lastState: .up))
        }
    }

    @Test("by policy all the shadow's silence is a down, recorded once, and its next sign of life lifts it")
    func policyAll() async throws {
        var daemon = try await daemon(.all)
        var process = Process("h1")
        await daemon.beat(process.next())
        show("h1", &daemon)
        for _ in 0..<7 {
            await pass(.seconds(10), &daemon)
            await daemon.beat(process.next())
        }
        #expect(daemon.verdict("h1") == missed)
        show("h1", &daemon)
        await pass(.seconds(2), &daemon)
        #expect(daemon.verdict("h1") == up)
        let log = try await daemon.store.transitions(since: 0, limit: 100).transitions.filter { $0.kind == .state }
        #expect(log.map(\.to) == [.down, .up])
    }

    @Test("by policy all a silence that what was heard here since may contradict is no knowledge, and no down")
    func policyAllUnproven() async throws {
        var daemon = try await daemon(.all)
        var process = Process("h1")
        await daemon.beat(process.next())
        show("h1", &daemon)
        for _ in 0..<7 {
            await pass(.seconds(10), &daemon, isProven: false)
            await daemon.beat(process.next())
        }
        #expect(daemon.verdict("h1") == Verdict(.unknown, .backendLost, lastState: .up))
    }

    @Test("by policy any a death that stands is no doubt again because the shadow is lost")
    func policyAnyEarned() async throws {
        var daemon = try await daemon(.any)
        var process = Process("h1")
        await daemon.beat(process.next())
        show("h1", &daemon)
        await pass(.seconds(70), &daemon)
        #expect(daemon.verdict("h1") == missed)
        await pass(.seconds(30), &daemon, isLost: true)
        #expect(daemon.verdict("h1") == missed)
    }

    @Test("by policy all many that the shadow loses at once are held by the brake, and none is down before")
    func policyAllBraked() async throws {
        var daemon = try await daemon(.all)
        var processes = (0..<20).map { Process("h\($0)") }
        for number in processes.indices {
            await daemon.beat(processes[number].next())
            show("h\(number)", &daemon)
        }
        for _ in 0..<8 {
            for _ in 0..<10 {
                await pass(.seconds(1), &daemon)
                for number in processes.indices { #expect(daemon.verdict("h\(number)")?.state != .down) }
            }
            for number in processes.indices { await daemon.beat(processes[number].next()) }
        }
        #expect(daemon.verdict("h1") == Verdict(.unknown, .massFailure, lastState: .up))
    }

    @Test("by policy any the shadow's word keeps a silent service up, until it ends")
    func policyAny() async throws {
        var daemon = try await daemon(.any)
        var process = Process("h1")
        await daemon.beat(process.next())
        for _ in 0..<9 {
            show("h1", &daemon)
            await pass(.seconds(10), &daemon)
        }
        #expect(daemon.verdict("h1") == up)
        await pass(.seconds(56), &daemon)
        #expect(daemon.verdict("h1") == missed)
    }

    @Test(
        "policies change nothing of what an operator or the service itself said",
        arguments: [DriverPolicy.all, .any]
    )
    func notTheirs(policy: DriverPolicy) async throws {
        var daemon = try await daemon(policy)
        var process = Process("h1")
        await daemon.beat(process.next())
        show("h1", &daemon)
        _ = try await daemon.leave(process.departure())
        await pass(.seconds(5), &daemon)
        #expect(daemon.verdict("h1") == Verdict(.down, .left))
        #expect(count(daemon) == 0)
    }

    @Test("a switch calls nobody down, and what only the shadow had shown counts")
    func switched() async throws {
        var daemon = try await daemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await pass(.seconds(55), &daemon)
        show("h1", &daemon)
        daemon.tell { machine, now in
            var next: Int? = 0
            while let first = next { next = machine.takeOverShown(Self.name, from: first, limit: 1) }
            machine.driverSwitched(to: Self.name, from: "memory", count: 7, at: now)
            #expect(machine.currentFlushCount == 7)
            #expect(machine.isShadowLost("memory", at: now) == false)
            #expect(machine.isShadowLost(Self.name, at: now) == nil)
        }
        await pass(.seconds(50), &daemon)
        #expect(daemon.verdict("h1") == up)
        await pass(.seconds(12), &daemon)
        #expect(daemon.verdict("h1") == missed)
    }

    @Test(
        "what was written late is no newer than when it was heard, and what is older than its down time is not written"
    )
    func writtenLate() async throws {
        var daemon = try await daemon(.any)
        var process = Process("h1")
        await daemon.beat(process.next())
        let place = try #require(daemon.place(of: "h1"))
        await pass(.seconds(50), &daemon)
        daemon.tell { machine, now in
            #expect(machine.areHeard([place, 99][...], at: now) == [true, false])
            machine.shadowWrote(Self.name, [place][...], heard: now)
        }
        await pass(.seconds(15), &daemon)
        #expect(daemon.verdict("h1") == missed)
        daemon.tell { machine, now in #expect(machine.areHeard([place][...], at: now) == [false]) }
    }

    @Test("a name that is created again is another service to the shadow, too")
    func createdAgain() async throws {
        var daemon = try await daemon(.all)
        var process = Process("h1")
        await daemon.beat(process.next())
        show("h1", &daemon)
        await daemon.run(.seconds(1))
        let service = try #require(daemon.place(of: "h1"))
        try await daemon.delete(daemon.machine.board.cards[Int(service)].uuid)
        var next = Process("h1", incarnation: "b")
        for _ in 0..<8 {
            await daemon.beat(next.next())
            await pass(.seconds(10), &daemon)
        }
        #expect(daemon.verdict("h1") == up)
        #expect(count(daemon) == 0)
    }
}
