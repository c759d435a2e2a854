import LivenessCore
import LivenessTesting
import Testing

@Suite("What other daemons show, and what is shown to them")
struct OtherDaemonsTests {
    @Test("what a daemon may have heard is waited for no more once it is retired, and only the gone can be")
    func retired() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[1].beat(process.next())
        await daemons.run(.seconds(50))
        #expect(!daemons.all[0].machine.mayRetire(daemon: "d1", at: daemons.all[0].now))
        #expect(!daemons.all[0].machine.mayRetire(daemon: "d0", at: daemons.all[0].now))
        #expect(!daemons.all[0].machine.mayRetire(daemon: "d9", at: daemons.all[0].now))
        await daemons.run(.milliseconds(11_500), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == Verdict(.unknown, .reporterLost, lastState: .up))
        #expect(daemons.all[0].machine.mayRetire(daemon: "d1", at: daemons.all[0].now))
        _ = try await daemons.store.retire(daemon: "d1", at: Timestamp(microseconds: 1))
        await daemons.run(.seconds(3), stopped: [1])
        #expect(daemons.verdicts("h1")[0] == missed)
    }

    @Test("an incarnation that is not known here is life, but one that was replaced is none")
    func unrecognised() async throws {
        var daemons = try await Daemons(2)
        var old = Process("h1", incarnation: "a")
        await daemons.all[0].beat(old.next())
        await daemons.run(.seconds(1))
        var new = Process("h1", incarnation: "b")
        await daemons.all[0].beat(new.next())
        await daemons.run(.milliseconds(59_990))
        var machine = daemons.all[1].machine
        let service = try #require(daemons.all[1].place(of: "h1"))
        let card = machine.board.cards[Int(service)]
        let now = daemons.all[1].now
        let before = machine.board.hearings[Int(service)].lastHeard
        func observe(_ incarnation: String?) -> [Int64] {
            let heard = UnrecognisedHeartbeat(id: card.id, uuid: card.uuid, incarnation: incarnation)
            return machine.unrecognisedObserved([heard][...], at: now)
        }
        #expect(observe("a").isEmpty)
        #expect(observe(nil) == [card.id])
        #expect(machine.board.hearings[Int(service)].lastHeard == before)
        #expect(observe("c") == [card.id])
        #expect(machine.board.hearings[Int(service)].lastHeard == now)
    }

    @Test("what could not be numbered is flushed without the sequence of the incarnation before it")
    func unnumbered() async throws {
        var daemons = try await Daemons(1)
        var old = Process("h1", incarnation: "a")
        await daemons.all[0].beat(old.next())
        await daemons.all[0].beat(old.next())
        await daemons.run(.seconds(1))
        daemons.store.setOutage(StoreError(.unavailable, "away"))
        var new = Process("h1", incarnation: "b")
        #expect(await daemons.all[0].beat(new.next()) == .renewed)
        var machine = daemons.all[0].machine
        var pending = machine.beginFlush(at: daemons.all[0].now)
        machine.fill(&pending, limit: 10)
        #expect(pending.flush.renewals.map(\.sequence) == [nil])
    }

    @Test("what those who heard a service say of its silence moves its deadline here, and nobody else's")
    func silenceObserved() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(2))
        func deadline(_ daemon: Int, after wait: Duration) throws -> Duration {
            var machine = daemons.all[daemon].machine
            let now = daemons.all[daemon].now + wait
            let service = try #require(daemons.all[daemon].place(of: "h1"))
            machine.silenceObserved([service, 4_000_000_000][...], at: now)
            return machine.answer(service, at: now).deadlineIn
        }
        // Sooner, or later than by when it was seen.
        #expect(try deadline(1, after: .zero) == .seconds(45))
        #expect(try deadline(1, after: .seconds(30)) == .seconds(45))
        // The one that hears it knows better.
        #expect(try deadline(0, after: .zero) == .seconds(58))
        // Nobody is lifted.
        await daemons.run(.seconds(62))
        #expect(daemons.verdicts("h1") == [missed, missed])
        #expect(try deadline(1, after: .zero) == .zero)
    }
}
