import LivenessCore
import LivenessTesting
import Testing

@Suite("What no row of the log tells")
struct UntoldTests {
    private func check(_ daemon: ModelDaemon) {
        let board = daemon.machine.board
        let local = (0..<UInt32(board.count)).count {
            board.isListed($0) && board.standing(of: $0).verdict.reason.isLocalOpinion
        }
        #expect(board.localOpinions == local)
    }

    @Test("an opinion that comes long after the back end is there again is counted, and so is its end")
    func late() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(5))
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(.seconds(25))
        #expect(daemon.machine.isBackendLost)
        daemon.store.setOutage(nil)
        await daemon.run(.seconds(10))
        #expect(!daemon.machine.isBackendLost)
        // Its deadline is still to come, so that nobody doubts yet.
        #expect(daemon.verdict("h1")?.state == .up)
        check(daemon)
        let before = daemon.machine.board.untold
        await daemon.run(.seconds(25))
        #expect(!daemon.machine.isBackendLost)
        #expect(daemon.verdict("h1") == Verdict(.unknown, .backendLost, lastState: .up))
        check(daemon)
        let during = daemon.machine.board.untold
        #expect(during != before)
        await daemon.beat(process.next())
        #expect(daemon.verdict("h1")?.state == .up)
        check(daemon)
        #expect(daemon.machine.board.localOpinions == 0)
        #expect(daemon.machine.board.untold != during)
    }

    @Test("what a row tells is not counted; what was shown and is so no longer before it was recorded is")
    func unrecorded() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(1))
        let start = daemon.machine.board.untold
        await daemon.run(.seconds(61))
        #expect(daemon.verdict("h1")?.state == .down)
        await daemon.beat(process.next())
        await daemon.run(.milliseconds(58_900))
        #expect(daemon.machine.board.untold == start)
        daemon.store.setOutage(StoreError(.unavailable, "the disk is full"))
        await daemon.run(.milliseconds(1_400))
        #expect(daemon.verdict("h1")?.state == .down)
        #expect(daemon.machine.board.untold == start)
        await daemon.beat(process.next())
        #expect(daemon.verdict("h1")?.state == .up)
        #expect(daemon.machine.board.untold != start)
    }

    @Test("a revision that was seen in the log and is not read yet is known of")
    func seen() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(2))
        let known = daemon.machine.board.head.revision
        let now = daemon.now
        let head = LogHead(logID: daemon.machine.board.head.logID, revision: known + 7, oldest: 1)
        daemon.tell { machine, now in
            machine.observed(BackendObservation(epoch: "e", daemons: [], changed: [], head: head), began: now, at: now)
        }
        var machine = daemon.machine
        #expect(machine.sight(at: now).newest == known + 7)
        #expect(machine.board.head.revision == known)
        // A stop that nobody has noticed before is one.
        #expect(machine.sight(at: now).isSeeing)
        #expect(!machine.sight(at: now + .seconds(120)).isSeeing)
    }
}
