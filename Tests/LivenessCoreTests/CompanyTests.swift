import LivenessCore
import LivenessTesting
import Testing

@Suite("Several daemons")
struct CompanyTests {
    @Test("what one hears, the others see within flush_interval and observe_interval")
    func seen() async throws {
        var daemons = try await Daemons(3)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.milliseconds(1_250))
        #expect(daemons.verdicts("h1") == [up, up, up])
        #expect(daemons.all[2].card("h1")?.incarnationNumber == 1)
    }

    @Test("a death is said by each and recorded once")
    func death() async throws {
        var daemons = try await Daemons(3)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(60))
        #expect(daemons.verdicts("h1") == [up, up, up])
        await daemons.run(.milliseconds(500))
        #expect(daemons.verdicts("h1")[0] == missed)
        await daemons.run(.milliseconds(1_250))
        #expect(daemons.verdicts("h1") == [missed, missed, missed])
        await daemons.run(.seconds(5))
        #expect(try await daemons.recorded("h1") == [.down])
    }

    @Test("a service that goes elsewhere in the last moment is down nowhere")
    func failOver() async throws {
        for last in [Duration.milliseconds(59_700), .milliseconds(59_900), .milliseconds(59_990)] {
            var daemons = try await Daemons(2)
            var process = Process("h1")
            await daemons.all[0].beat(process.next())
            await daemons.run(last)
            await daemons.all[1].beat(process.next())
            await daemons.run(.seconds(59))
            #expect(daemons.verdicts("h1") == [up, up])
            #expect(try await daemons.recorded("h1") == [])
        }
    }

    @Test("a daemon that is stopped just after a service came to it in the last moment makes nobody down")
    func stoppedWithAHeartbeat() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.milliseconds(59_900))
        await daemons.all[1].beat(process.next())
        await daemons.run(.seconds(2), stopped: [1])
        #expect(daemons.verdicts("h1")[0]?.state == .up)
        await daemons.run(.seconds(4), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == Verdict(.unknown, .reporterLost, lastState: .up))
        // It comes elsewhere in time.
        await daemons.all[0].beat(process.next())
        #expect(daemons.verdicts("h1")[0] == up)
        await daemons.run(.seconds(5))
        #expect(try await !daemons.recorded("h1").contains(.down))
    }

    @Test("who was last heard by a daemon that is gone is down once that daemon can hold nothing any more")
    func reporterLost() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[1].beat(process.next())
        await daemons.run(.seconds(50))
        await daemons.run(.milliseconds(11_500), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == Verdict(.unknown, .reporterLost, lastState: .up))
        let machine = daemons.all[0].machine
        let explanation = try #require(
            daemons.all[0].place(of: "h1").flatMap { place in
                machine.explanation(of: place, at: daemons.all[0].now)
            }
        )
        #expect(explanation.evidence.contains { $0.fact == "reporter_lost" && $0.text.contains("daemon d1") })
        #expect(explanation.evidence.contains { $0.fact == "last_heard" && $0.text.contains("another daemon") })
        #expect(explanation.changesWhen.count == 2)
        await daemons.run(.seconds(17), stopped: [1])
        #expect(daemons.verdicts("h1")[0]?.state == .unknown)
        await daemons.run(.seconds(4), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == missed)
        #expect(try await daemons.recorded("h1") == [.unknown, .down])
    }

    @Test("a daemon that left holds nothing")
    func leftDaemon() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[1].beat(process.next())
        await daemons.run(.seconds(50))
        var row = try #require(try await daemons.store.daemons().last)
        row.leftAt = daemons.all[1].wall
        try await daemons.store.write(row)
        await daemons.run(.seconds(12), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == missed)
        #expect(try await daemons.recorded("h1") == [.down])
    }

    @Test("a daemon that was killed and came back at once has lost what it had not flushed")
    func crashed() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.milliseconds(59_900))
        await daemons.all[1].beat(process.next())
        // Killed before it flushes, and there again as another process.
        let now = daemons.all[0].now
        daemons.all.removeLast()
        var row = try #require(try await daemons.store.daemons().last)
        row.incarnation = "another"
        try await daemons.store.write(row)
        await daemons.run(.seconds(2))
        #expect(daemons.all[0].now > now)
        #expect(daemons.verdicts("h1")[0]?.state != .down)
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(2))
        #expect(try await !daemons.recorded("h1").contains(.down))
    }

    @Test("a daemon that cannot reach the database does no harm behind a round robin")
    func cutOff() async throws {
        var daemons = try await Daemons(2)
        var processes = (0..<4).map { Process("h\($0)") }
        for number in processes.indices { await daemons.all[number % 2].beat(processes[number].next()) }
        await daemons.run(.seconds(5))
        daemons.all[1].isCutOff = true
        for round in 0..<12 {
            for number in processes.indices {
                let turn = (round + number) % 2
                // Who is refused comes elsewhere at once.
                await daemons.all[turn].beat(processes[number].next())
                if turn == 1, daemons.all[1].isBackendLost { await daemons.all[0].beat(processes[number].next()) }
            }
            await daemons.run(.seconds(10))
            for number in processes.indices {
                #expect(daemons.verdicts("h\(number)")[0]?.state == .up, "round \(round)")
                #expect(daemons.verdicts("h\(number)")[1]?.state != .down, "round \(round)")
            }
        }
        daemons.all[1].isCutOff = false
        await daemons.run(.seconds(5))
        for number in processes.indices {
            #expect(daemons.verdicts("h\(number)") == [up, up])
            #expect(try await daemons.recorded("h\(number)") == [])
        }
    }

    @Test("a back end that is away for a while leaves no row in the log")
    func blink() async throws {
        var daemons = try await Daemons(2)
        var processes = (0..<20).map { Process("h\($0)") }
        for number in processes.indices { await daemons.all[number % 2].beat(processes[number].next()) }
        await daemons.run(.seconds(3))
        let before = try await daemons.store.transitions(since: 0, limit: .max).transitions.count
        daemons.store.setOutage(StoreError(.unavailable, "away"))
        for _ in 0..<30 {
            for number in processes.indices { await daemons.all[number % 2].beat(processes[number].next()) }
            await daemons.run(.seconds(10))
        }
        daemons.store.setOutage(nil)
        for _ in 0..<3 {
            for number in processes.indices { await daemons.all[number % 2].beat(processes[number].next()) }
            await daemons.run(.seconds(10))
        }
        #expect(try await daemons.store.transitions(since: 0, limit: .max).transitions.count == before)
        for number in processes.indices { #expect(daemons.verdicts("h\(number)") == [up, up]) }
    }

    @Test("beside a living daemon one starts with what is recorded")
    func starting() async throws {
        var daemons = try await Daemons(1)
        var living = Process("h1")
        var dead = Process("h2")
        await daemons.all[0].beat(living.next())
        await daemons.all[0].beat(dead.next())
        await daemons.run(.seconds(40))
        await daemons.all[0].beat(living.next())
        await daemons.run(.seconds(21))
        try await daemons.start("late")
        #expect(daemons.verdicts("h1")[1] == up)
        #expect(daemons.verdicts("h2")[1] == missed)
        await daemons.run(.seconds(45))
        #expect(daemons.verdicts("h1") == [missed, missed])
        #expect(try await daemons.recorded("h1") == [.down])
    }

    @Test("an incarnation that was replaced at one daemon is refused by the others")
    func replaced() async throws {
        var daemons = try await Daemons(2)
        var old = Process("h1", incarnation: "old")
        var new = Process("h1", incarnation: "new")
        await daemons.all[0].beat(old.next())
        await daemons.run(.seconds(2))
        await daemons.all[1].beat(new.next())
        await daemons.run(.seconds(2))
        #expect(await daemons.all[0].beat(old.next()) == .rejected(.staleIncarnation))
        #expect(await daemons.all[1].beat(old.next()) == .rejected(.staleIncarnation))
        #expect(await daemons.all[0].beat(new.next()) == .renewed)
    }

    @Test("a leave and a deletion hold everywhere, and a late heartbeat changes nothing")
    func departures() async throws {
        var daemons = try await Daemons(2)
        var leaving = Process("h1")
        var deleted = Process("h2")
        await daemons.all[0].beat(leaving.next())
        await daemons.all[0].beat(deleted.next())
        await daemons.run(.seconds(2))
        try await daemons.all[0].leave(leaving.departure())
        let uuid = try #require(daemons.all[0].card("h2")?.uuid)
        try await daemons.all[0].delete(uuid)
        // Too late, and the other daemon does not know yet.
        await daemons.all[1].beat(leaving.next())
        await daemons.all[1].beat(deleted.next())
        await daemons.run(.seconds(3))
        #expect(daemons.verdicts("h1") == [Verdict(.down, .left), Verdict(.down, .left)])
        #expect(daemons.verdicts("h2") == [nil, nil])
        #expect(await daemons.all[1].beat(leaving.next()) == .rejected(.left))
        #expect(await daemons.all[1].beat(deleted.next()) == .rejected(.serviceDeleted))
        #expect(try await daemons.recorded("h1").last == .down)
    }

    @Test("what an operator changes at one daemon, the others follow")
    func edits() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(2))
        let uuid = try #require(daemons.all[1].card("h1")?.uuid)
        var edit = RecordEdit(uuid: uuid)
        edit.isDisabled = true
        try await daemons.all[1].edit(edit)
        await daemons.run(.seconds(2))
        #expect(daemons.all[0].card("h1")?.flags.contains(.disabled) == true)
        #expect(daemons.verdicts("h1") == [up, up])
    }

    @Test("what one records, the others do not contradict")
    func noContradiction() async throws {
        var daemons = try await Daemons(3)
        var process = Process("h1")
        for round in 0..<4 {
            await daemons.all[round % 3].beat(process.next())
            await daemons.run(.seconds(70))
        }
        #expect(try await daemons.recorded("h1") == [.down, .up, .down, .up, .down, .up, .down])
        #expect(daemons.verdicts("h1") == [missed, missed, missed])
    }

    @Test("a process that failed is up for all again with its next heartbeat, wherever it comes")
    func failed() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(2))
        try await daemons.all[0].leave(process.departure(.failed(message: "check failed")))
        await daemons.run(.seconds(2))
        #expect(daemons.verdicts("h1") == [Verdict(.down, .reportedFailed), Verdict(.down, .reportedFailed)])
        await daemons.all[1].beat(process.next())
        await daemons.run(.seconds(2))
        #expect(daemons.verdicts("h1") == [up, up])
        #expect(try await daemons.recorded("h1") == [.down, .up])
    }

    @Test("a service without incarnations is seen by others, too")
    func plain() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1", incarnation: nil)
        for _ in 0..<10 {
            await daemons.all[0].beat(process.next())
            await daemons.run(.seconds(30))
            #expect(daemons.verdicts("h1") == [up, up])
        }
        await daemons.run(.seconds(32))
        #expect(daemons.verdicts("h1") == [missed, missed])
    }

    @Test("what waited in a stopped daemon's sockets makes nobody down whom others heard meanwhile")
    func staleBytes() async throws {
        var daemons = try await Daemons(2)
        var old = Process("h1", incarnation: "old")
        var new = Process("h1", incarnation: "new")
        await daemons.all[0].beat(old.next())
        await daemons.run(.seconds(2))
        try await daemons.all[0].leave(old.departure())
        await daemons.run(.seconds(70))
        await daemons.run(.seconds(100), stopped: [1])
        var waiting: [Heartbeat] = []
        for _ in 0..<3 {
            waiting.append(new.next())
            await daemons.all[0].beat(new.again())
            await daemons.run(.seconds(10), stopped: [1])
        }
        daemons.all[1].notice()
        for heartbeat in waiting { await daemons.all[1].beat(heartbeat) }
        await daemons.run(.seconds(3))
        #expect(daemons.verdicts("h1")[0] == up)
        #expect(try await daemons.recorded("h1") == [.down, .up])
        await daemons.all[0].beat(new.next())
        await daemons.run(.seconds(2))
        #expect(daemons.verdicts("h1") == [up, up])
    }

    @Test("what waited in a stopped daemon's sockets revives nobody whom others declared dead", arguments: [50, 100])
    func staleBytesOfTheDead(stop: Int) async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[1].beat(process.next())
        // Longer than a down time before the shorter stop ends.
        await daemons.run(.seconds(52))
        // Sent to the daemon that is stopped, and nowhere else.
        let waiting = [process.next(), process.next()]
        await daemons.run(.seconds(stop), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == missed)
        daemons.all[1].notice()
        for heartbeat in waiting { await daemons.all[1].beat(heartbeat) }
        await daemons.run(.seconds(5))
        #expect(daemons.verdicts("h1") == [missed, missed])
        #expect(try await daemons.recorded("h1").last == .down)
        #expect(try await !daemons.recorded("h1").contains(.up))
        await daemons.all[1].beat(process.next())
        await daemons.run(.seconds(2))
        #expect(daemons.verdicts("h1") == [up, up])
    }

    @Test("a heartbeat that waited in a stopped daemon counts from when it was heard elsewhere")
    func staleBytesTriedElsewhere() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[1].beat(process.next())
        for _ in 0..<9 {
            await daemons.run(.seconds(10), stopped: [1])
            await daemons.all[0].beat(process.next())
        }
        await daemons.run(.seconds(10), stopped: [1])
        let waiting = process.next()
        await daemons.run(.seconds(1), stopped: [1])
        daemons.all[1].notice()
        await daemons.all[1].beat(waiting)
        await daemons.run(.milliseconds(950))
        await daemons.all[0].beat(process.again())
        await daemons.run(.seconds(59))
        #expect(daemons.verdicts("h1") == [up, up])
        await daemons.run(.seconds(3))
        #expect(try await daemons.recorded("h1") == [.down])
    }

    @Test("a daemon that was stopped follows what others recorded meanwhile, and notices the next death all alone")
    func comesBackAlone() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(65))
        #expect(daemons.verdicts("h1") == [missed, missed])
        await daemons.run(.seconds(70), stopped: [1])
        for _ in 0..<3 {
            await daemons.all[0].beat(process.next())
            await daemons.run(.seconds(10), stopped: [1])
        }
        // The one that heard it is stopped soon after the other goes on.
        await daemons.run(.seconds(10))
        #expect(daemons.verdicts("h1").map { $0?.lastState ?? $0?.state } == [.up, .up])
        await daemons.run(.seconds(100), stopped: [0])
        #expect(daemons.verdicts("h1")[1] == missed)
        #expect(try await daemons.recorded("h1") == [.down, .up, .down])
    }

    @Test("a process that starts anew at another daemon has a whole down time, however its record comes to be known")
    func startsAnew() async throws {
        for wait in stride(from: 0, to: 1_000, by: 50) {
            var daemons = try await Daemons(2)
            var old = Process("h1", incarnation: "old")
            var new = Process("h1", incarnation: "new")
            await daemons.all[1].beat(old.next())
            await daemons.run(.seconds(2))
            try await daemons.all[0].leave(old.departure())
            await daemons.run(.milliseconds(55_000 + wait))
            await daemons.all[0].beat(new.next())
            await daemons.run(.seconds(30))
            #expect(daemons.verdicts("h1") == [up, up], "after \(wait) ms")
            #expect(try await daemons.recorded("h1") == [.down, .up], "after \(wait) ms")
        }
    }

    @Test("a process that starts while the database is away is up until it can be numbered, whatever the record says")
    func startsUnnumbered() async throws {
        var daemons = try await Daemons(2)
        var old = Process("h1", incarnation: "old")
        var new = Process("h1", incarnation: "new")
        await daemons.all[0].beat(old.next())
        await daemons.run(.seconds(2))
        try await daemons.all[0].leave(old.departure())
        await daemons.run(.seconds(20))
        daemons.store.setOutage(StoreError(.unavailable, "away"))
        await daemons.all[0].beat(new.next())
        await daemons.run(.seconds(20))
        daemons.store.setOutage(nil)
        await daemons.run(.seconds(5))
        #expect(daemons.verdicts("h1")[0] == up)
        await daemons.all[0].beat(new.next())
        await daemons.run(.seconds(5))
        #expect(daemons.verdicts("h1") == [up, up])
        #expect(try await daemons.recorded("h1") == [.down, .up])
    }
}
