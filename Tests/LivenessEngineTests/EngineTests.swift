import LivenessCore
import LivenessEngine
import Testing

@Suite("The engine")
struct EngineTests {
    @Test("the heartbeats of one interval leave as one write per service, the last one wins")
    func coalesces() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1), fixture.heartbeat("h2", 1))
            for sequence in 2...100 { await fixture.beat(fixture.heartbeat("h1", UInt64(sequence))) }
            let flushed = await fixture.time.advance(upTo: .seconds(2)) {
                fixture.driver.flushes.contains { $0.renewals.contains { $0.sequence == 100 } }
            }
            #expect(flushed)
            let ofOne = fixture.driver.flushes.flatMap(\.renewals).filter { $0.sequence == 100 }
            #expect(ofOne.count == 1)
            #expect(ofOne.first?.beats == 100)
        }
    }

    @Test("a slow back end makes flushes rarer and larger, and loses nothing")
    func backPressure() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            for host in 1...50 { await fixture.beat(fixture.heartbeat("h\(host)", 1)) }
            fixture.driver.hold()
            #expect(await fixture.time.advance(upTo: .seconds(2)) { fixture.driver.heldCount == 1 })
            // Renewals, which wait for nobody: a registration waits its turn behind the flush.
            for host in 1...50 { await fixture.beat(fixture.heartbeat("h\(host)", 2)) }
            for _ in 0..<20 {
                fixture.time.advance(by: .milliseconds(50))
                await Task.yield()
            }
            #expect(fixture.driver.heldCount == 1)
            fixture.driver.release()
            let all = await fixture.time.advance(upTo: .seconds(2)) {
                let renewals = fixture.driver.flushes.flatMap(\.renewals).filter { $0.sequence == 2 }
                return Set(renewals.map(\.serviceID)).count == 50
            }
            #expect(all)
        }
    }

    @Test("who asks for durability waits for a flush that began later, and hears when it failed")
    func durable() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            #expect(await fixture.engine.flushed([]))
            #expect(fixture.driver.flushes.contains { !$0.renewals.isEmpty })
            fixture.driver.sever(true)
            #expect(await fixture.engine.flushed([]) == false)
        }
    }

    @Test("a death is published and then recorded once, with the next revision")
    func death() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            #expect(fixture.engine.board.verdict(host: "h1", binary: "nova-compute")?.state == .up)
            let isDown = await fixture.time.advance(upTo: .milliseconds(60_300)) {
                fixture.engine.board.verdict(host: "h1", binary: "nova-compute") == Verdict(.down, .heartbeatMissed)
            }
            #expect(isDown)
            let isRecorded = await fixture.time.advance(upTo: .seconds(1)) { fixture.engine.board.head.revision >= 3 }
            #expect(isRecorded)
            let log = try await fixture.store.transitions(since: 0, limit: 10).transitions
            #expect(log.filter { $0.host == "h1" }.map(\.to) == [.up, .down])
            #expect(log.map(\.revision) == Array(1...Int64(log.count)))
        }
    }

    @Test("while what arrived cannot be read nobody is called down, and the dead are when it can")
    func unread() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("living", 1), fixture.heartbeat("dead", 1))
            fixture.door.shut(true)
            let isDown = await fixture.time.advance(upTo: .seconds(90)) {
                fixture.engine.board.stateCounts[.down] != 0
            }
            #expect(!isDown)
            await fixture.beat(fixture.heartbeat("living", 2))
            fixture.door.shut(false)
            let isFound = await fixture.time.advance(upTo: .seconds(2)) {
                fixture.engine.board.verdict(host: "dead", binary: "nova-compute")?.state == .down
            }
            #expect(isFound)
            #expect(fixture.engine.board.verdict(host: "living", binary: "nova-compute")?.state == .up)
        }
    }

    @Test("nobody is called down while the store holds up the answer to its call, and then has a whole down time")
    func heldAnswer() async throws {
        let fixture = try await EngineFixture {
            $0.liveness.serviceDownTime = .seconds(1)
            $0.liveness.reportInterval = .milliseconds(250)
        }
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("known", 1))
            fixture.store.admissionDoor.shut()
            // The new one waits for the store, and the known one for the answer to both.
            async let reply = fixture.beat(fixture.heartbeat("known", 2), fixture.heartbeat("new", 1))
            #expect(await fixture.time.soon({ fixture.store.admissionDoor.waitingCount == 1 }, turns: 200_000))
            #expect(await !fixture.time.advance(upTo: .seconds(2)) { fixture.engine.board.stateCounts[.down] != 0 })
            fixture.store.admissionDoor.open()
            #expect(await reply.outcomes.allSatisfy { $0.kind == .renewed })
            let isFalselyDown = await fixture.time.advance(upTo: .milliseconds(900)) {
                fixture.engine.board.stateCounts[.down] != 0
            }
            #expect(!isFalselyDown)
            #expect(fixture.engine.board.stateCounts[.up] == 3, "both, and the daemon itself")
            #expect(await fixture.time.advance(upTo: .seconds(1)) { fixture.engine.board.stateCounts[.down] == 2 })
        }
    }

    @Test("when too many fall silent at once they are held, which the log tells, until an operator lets go")
    func brake() async throws {
        let fixture = try await EngineFixture {
            $0.liveness.serviceDownTime = .seconds(1)
            $0.liveness.reportInterval = .milliseconds(250)
        }
        try await fixture.running {
            for number in 0..<20 {
                #expect(await fixture.beat(fixture.heartbeat("h\(number)", 1)).outcomes.count == 1)
            }
            let isHeld = await fixture.time.advance(upTo: .seconds(3)) {
                fixture.engine.board.stateCounts[.unknown] == 20
            }
            #expect(isHeld)
            #expect(await !fixture.time.advance(upTo: .seconds(3)) { fixture.engine.board.stateCounts[.down] != 0 })
            #expect(try await fixture.reasons.count { $0 == "brake_engaged" } == 2)
            #expect(fixture.engine.board.stateCounts[.down] == 0)
            let brakes = await fixture.engine.brakes()
            #expect(brakes.map(\.silent) == [20, 20])
            #expect(brakes.map(\.scope.text).sorted() == ["compute/nova", "fleet"])
            let released = try await fixture.engine.releaseBrakes(nil, by: "somebody")
            #expect(released.allSatisfy { $0.releasedBy == "somebody" } && released.count == 2)
            #expect(await fixture.time.advance(upTo: .seconds(1)) { fixture.engine.board.stateCounts[.down] == 20 })
            #expect(try await fixture.reasons.count { $0 == "brake_released" } == 2)
            #expect(try await fixture.engine.releaseBrakes(nil, by: "somebody").isEmpty)
        }
    }

    @Test("who was admitted early in a long call is not called down while the rest of it waits")
    func longCall() async throws {
        let fixture = try await EngineFixture {
            $0.liveness.brake.fraction = 1
            $0.liveness.serviceDownTime = .seconds(1)
            $0.liveness.reportInterval = .milliseconds(250)
        }
        try await fixture.running {
            var batch = HeartbeatBatch()
            for number in 0..<1_500 { batch.append(fixture.heartbeat("new-\(number)", 1)) }
            batch.seal(fixture.engine.board.hasher)
            fixture.store.admissionDoor.shut()
            async let reply = fixture.engine.intake.receive(batch)
            #expect(await fixture.time.soon({ fixture.store.admissionDoor.waitingCount == 1 }, turns: 200_000))
            fixture.store.admissionDoor.letThrough()
            let isFirstIn = await fixture.time.soon({ fixture.isSecondSliceWaiting }, turns: 200_000)
            #expect(isFirstIn)
            #expect(await !fixture.time.advance(upTo: .seconds(2)) { fixture.isDown("new-0") })
            fixture.store.admissionDoor.open()
            #expect(await reply.outcomes.allSatisfy { $0.kind == .renewed })
            #expect(fixture.engine.unansweredCount == 0)
            #expect(
                await fixture.time.advance(upTo: .seconds(2)) { fixture.isDown("new-0") && fixture.isDown("new-1499") }
            )
        }
    }

    @Test("nobody waits for the answer to a call that is dropped")
    func droppedCall() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("known", 1))
            var heartbeat = fixture.heartbeat("known", 2)
            heartbeat.version = 7
            var batch = HeartbeatBatch()
            batch.append(heartbeat)
            batch.seal(fixture.engine.board.hasher)
            do {
                let meeting = fixture.engine.intake.meet(batch)
                #expect(!meeting.isSettled && fixture.engine.unansweredCount == 1)
            }
            #expect(fixture.engine.unansweredCount == 0)
        }
    }

    @Test("who waits for a durable answer is not called down meanwhile")
    func heldDurableAnswer() async throws {
        let fixture = try await EngineFixture {
            $0.liveness.serviceDownTime = .seconds(1)
            $0.liveness.reportInterval = .milliseconds(250)
        }
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("known", 1))
            fixture.driver.hold()
            #expect(await fixture.time.advance(upTo: .seconds(2)) { fixture.driver.heldCount == 1 })
            let reply = await fixture.beat(fixture.heartbeat("known", 2))
            async let isDurable = fixture.engine.flushed(reply.outcomes)
            #expect(await fixture.time.soon({ fixture.engine.unansweredCount == 1 }, turns: 200_000))
            #expect(await !fixture.time.advance(upTo: .seconds(2)) { fixture.engine.board.stateCounts[.down] != 0 })
            fixture.driver.release()
            #expect(await isDurable)
            #expect(await fixture.time.advance(upTo: .seconds(2)) { fixture.engine.board.stateCounts[.down] == 1 })
        }
    }

    @Test("a reader who waits for the log is woken by the next row, and gets none twice")
    func longPoll() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            let since = fixture.engine.board.head.revision
            async let answer = fixture.engine.transitions(since: since, logID: nil, wait: .seconds(30), limit: 10)
            await fixture.beat(fixture.heartbeat("h2", 1))
            guard case .rows(let rows, through: _, let head) = try await answer else {
                Issue.record("the revision is known")
                return
            }
            #expect(rows.allSatisfy { $0.revision > since })
            #expect(rows.contains { $0.host == "h2" && $0.kind == .created })
            #expect(head.revision >= since + 1)
        }
    }

    @Test("rows whose commit was answered with an error reach the readers too, with no gap")
    func lostAnswer() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            let began = fixture.engine.board.head.revision
            fixture.store.loseNextAnswer()
            await fixture.beat(fixture.heartbeat("h2", 1))
            await fixture.beat(fixture.heartbeat("h3", 1))
            let isSeen = await fixture.time.advance(upTo: .seconds(5)) {
                fixture.engine.board.head.revision >= began + 2
            }
            #expect(isSeen)
            let answer = try await fixture.engine.transitions(since: began, logID: nil, wait: .zero, limit: 10)
            guard case .rows(let rows, through: _, _) = answer else {
                Issue.record("the revision is known")
                return
            }
            #expect(rows.map(\.revision) == Array((began + 1)...(began + Int64(rows.count))))
            #expect(rows.contains { $0.host == "h2" })
            #expect(rows.contains { $0.host == "h3" })
        }
    }

    @Test("what this daemon says of its health is in the log, also when the database was what failed")
    func healthIsRecorded() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            #expect(await fixture.time.advance(upTo: .seconds(2)) { fixture.engine.board.count == 1 })
            fixture.store.setOutage(StoreError(.unavailable, "the disk is full"))
            #expect(await fixture.time.advance(upTo: .seconds(30)) { fixture.engine.readiness.isDatabaseLost })
            let since = fixture.engine.readiness.since
            _ = await fixture.time.advance(upTo: .seconds(2)) { false }
            #expect(fixture.engine.readiness.since == since)
            fixture.store.setOutage(nil)
            #expect(await fixture.time.advance(upTo: .seconds(30)) { !fixture.engine.readiness.isDatabaseLost })
            _ = await fixture.time.advance(upTo: .seconds(2)) { false }
            let log = try await fixture.store.transitions(since: 0, limit: 100).transitions
            #expect(log.filter { $0.kind == .daemon }.map(\.reason) == ["degraded", "recovered"])
        }
    }

    @Test("a revision beyond the log, or of another log, is unknown")
    func unknownRevision() async throws {
        let fixture = try await EngineFixture()
        await fixture.beat(fixture.heartbeat("h1", 1))
        for (since, logID) in [(Int64(99), nil), (0, "another"), (-1, nil)] as [(Int64, String?)] {
            let answer = try await fixture.engine.transitions(since: since, logID: logID, wait: .zero, limit: 10)
            guard case .revisionUnknown(let head) = answer else {
                Issue.record("\(since) of \(logID ?? "this log") was answered")
                continue
            }
            #expect(head.revision == 1)
        }
    }

    @Test("the database refusing this release ends the engine")
    func fenced() async throws {
        let fixture = try await EngineFixture()
        await #expect(throws: StoreError.self) {
            try await fixture.running {
                await fixture.beat(fixture.heartbeat("h1", 1))
                fixture.store.setMinimumRelease(9)
                _ = try? await fixture.engine.create(
                    ServiceDraft(uuid: ServiceUUID(random: 1, 2), name: ServiceName(host: "h2", binary: "b"))
                )
                _ = await fixture.time.soon({ fixture.time.sleeperCount == 0 }, turns: 10_000)
            }
        }
    }

    @Test("a graceful end flushes what was heard, and the own record leaves")
    func gracefulEnd() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            #expect(await fixture.time.soon({ fixture.engine.board.count == 1 }, turns: 10_000))
            await fixture.beat(fixture.heartbeat("h1", 1))
        }
        #expect(fixture.driver.flushes.flatMap(\.renewals).contains { $0.sequence == 1 })
        #expect(fixture.engine.board.verdict(host: "here", binary: "rollcalld") == Verdict(.down, .left))
        let daemons = try await fixture.store.daemons()
        #expect(daemons.first?.leftAt != nil)
    }

    @Test("readiness tells that the back end is lost, since when, and that it came back")
    func readiness() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            #expect(!fixture.engine.readiness.isDriverLost)
            fixture.driver.sever(true)
            #expect(await fixture.time.advance(upTo: .seconds(30)) { fixture.engine.readiness.isDriverLost })
            #expect(fixture.engine.readiness.since != nil)
            let reply = await fixture.beat(fixture.heartbeat("h1", 1))
            #expect(reply.isBackendLost)
            fixture.driver.sever(false)
            #expect(await fixture.time.advance(upTo: .seconds(30)) { !fixture.engine.readiness.isDriverLost })
        }
    }

    @Test("a daemon is retired once it has been silent, and not before")
    func retire() async throws {
        let fixture = try await EngineFixture()
        try await fixture.store.write(EngineFixture.other())
        try await fixture.running {
            let first = try await fixture.engine.retire(daemon: "other")
            guard case .refused = first else {
                Issue.record("\(first) of one that nobody has looked at")
                return
            }
            let nobody = try await fixture.engine.retire(daemon: "nobody")
            guard case .noSuchDaemon = nobody else {
                Issue.record("\(nobody)")
                return
            }
            _ = await fixture.time.advance(upTo: .seconds(8)) { false }
            let later = try await fixture.engine.retire(daemon: "other")
            guard case .retired(let record) = later else {
                Issue.record("\(later) of one that is silent")
                return
            }
            #expect(record.retiredAt == fixture.time.wall)
            let own = try await fixture.engine.retire(daemon: fixture.engine.identity.id)
            guard case .refused = own else {
                Issue.record("\(own) of itself")
                return
            }
        }
    }

    @Test("a daemon that has left is retired at once, and the answer says so")
    func retireOneThatLeft() async throws {
        let fixture = try await EngineFixture()
        var other = EngineFixture.other()
        other.leftAt = fixture.time.wall
        try await fixture.store.write(other)
        try await fixture.running {
            let answer = try await fixture.engine.retire(daemon: "other")
            guard case .retired(let record) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(record.retiredAt == fixture.time.wall)
        }
    }

    @Test("nobody is judged while an observation that saw a heartbeat has not told it")
    func oneLookAtATime() async throws {
        let fixture = try await EngineFixture()
        let at = Timestamp(microseconds: 0)
        try await fixture.store.write(EngineFixture.other())
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            let board = fixture.engine.board
            let card = board.cards[Int(try #require(board.find(host: "h1", binary: "nova-compute")))]
            _ = await fixture.time.advance(upTo: .seconds(59)) { false }
            #expect(!fixture.isDown("h1"))
            var flush = HeartbeatFlush(daemon: "other", count: 1, at: at, renewals: [], workers: [])
            flush.renewals = [
                HeartbeatRenewal(
                    serviceID: card.id,
                    service: 0,
                    incarnationNumber: Int64(card.incarnationNumber),
                    lastSeenUp: at,
                    beats: 1,
                    sequence: 2
                )
            ]
            fixture.driver.sight.shut()
            _ = try await fixture.store.flush(flush)
            flush.renewals = []
            #expect(await fixture.time.advance(upTo: .seconds(2)) { fixture.driver.sight.waitingCount == 1 })
            for _ in 0..<30 {
                _ = await fixture.time.advance(upTo: .milliseconds(50)) { false }
                flush.count += 1
                _ = try await fixture.store.flush(flush)
                #expect(!fixture.isDown("h1"))
            }
            fixture.driver.sight.open()
            _ = await fixture.time.advance(upTo: .seconds(5)) { fixture.isDown("h1") }
            #expect(!fixture.isDown("h1"))
        }
    }

    @Test("a million bytes of names or none: every entry of a batch gets an outcome of its own")
    func entryByEntry() async throws {
        let fixture = try await EngineFixture()
        var batch = HeartbeatBatch()
        batch.append(fixture.heartbeat("h1", 1))
        batch.append(fixture.heartbeat("h2", 1))
        batch.entries[0].flaw = .malformed
        batch.seal(fixture.engine.board.hasher)
        let reply = await fixture.engine.intake.receive(batch)
        #expect(reply.outcomes.map(\.kind) == [.rejected(.malformed), .renewed])
        #expect(reply.answers[0] == nil)
        #expect(reply.answers[1]?.verdict.state == .up)
    }
}
