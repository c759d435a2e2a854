import RollcallWire
import Testing

@testable import HeartbeatRelay

@Suite("Gathering heartbeats")
struct RelayMachineTests {
    private static func call(_ id: Int, _ count: Int = 1, isDurable: Bool = false) throws -> RelayedCall {
        let heartbeats = (0..<count).map { #"{"host":"h\#(id)-\#($0)","binary":"b"}"# }.joined(separator: ",")
        return RelayedCall(id: id, count: count, bytes: Array(heartbeats.utf8), isDurable: isDurable)
    }

    private static func entry(_ index: Int, _ more: String = "") -> WireValue {
        .object(["index": .integer(Int64(index)), "uuid": .string("u\(index)\(more)")])
    }

    private static func rejection(_ index: Int, _ code: String = "left") -> WireValue {
        .object(["index": .integer(Int64(index)), "code": .string(code), "message": "it left"])
    }

    private func batches(_ directives: [RelayMachine.Directive]) -> [RelayBatch] {
        directives.compactMap { if case .send(let batch) = $0 { batch } else { nil } }
    }

    private func answers(_ directives: [RelayMachine.Directive]) -> [Int: RelayAnswer] {
        let pairs: [(Int, RelayAnswer)] = directives.compactMap { directive in
            if case .answer(let id, let answer) = directive { (id, answer) } else { nil }
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("what comes within the gathering time goes on in one call, and each reporter gets its own answers")
    func gathered() throws {
        var machine = RelayMachine()
        #expect(machine.arrived(try Self.call(1, 2), at: .zero) == [.setTimer(.milliseconds(50))])
        #expect(machine.arrived(try Self.call(2), at: .milliseconds(20)) == [])
        #expect(machine.arrived(try Self.call(3, 3), at: .milliseconds(40)) == [])
        let sent = batches(machine.timerFired(at: .milliseconds(50)))
        let batch = try #require(sent.first)
        #expect(sent.count == 1 && batch.calls.map(\.id) == [1, 2, 3])
        let text = String(decoding: batch.body, as: UTF8.self)
        #expect(text.hasPrefix(#"{"heartbeats":[{"host":"h1-0","binary":"b"},{"host":"h1-1""#) && text.hasSuffix("]}"))
        let reply = RelayReply(
            services: [0, 2, 3, 5].map { Self.entry($0) },
            rejected: [1, 4].map { Self.rejection($0) }
        )
        let answered = answers(machine.ended(batch.id, .answered(reply), at: .milliseconds(60)))
        #expect(
            answered == [
                1: .share(RelayShare(services: [Self.entry(0)], rejected: [Self.rejection(1)])),
                2: .share(RelayShare(services: [Self.entry(2).at(0)])),
                3: .share(
                    RelayShare(services: [Self.entry(3).at(0), Self.entry(5).at(2)], rejected: [Self.rejection(1)])
                ),
            ]
        )
        #expect(machine.isIdle)
    }

    @Test("nothing is acknowledged that no daemon has acknowledged")
    func missing() throws {
        var machine = RelayMachine()
        _ = machine.arrived(try Self.call(1, 2), at: .zero)
        let batch = try #require(batches(machine.timerFired(at: .milliseconds(50))).first)
        // What was not sent, what names no position, and what is no entry is nobody's.
        let strange: [WireValue] = [
            Self.entry(2), Self.entry(-1), .object(["index": .integer(.max)]), .object(["index": "0"]), .null,
            .array([]),
        ]
        let reply = RelayReply(services: strange + [Self.entry(1)], rejected: strange)
        let answered = answers(machine.ended(batch.id, .answered(reply), at: .milliseconds(60)))
        #expect(answered == [1: .share(RelayShare(services: [Self.entry(1)]))])
        #expect(RelayShare(services: [Self.entry(1)]).document.accepted == 1)
    }

    @Test("heartbeats that want a flush go in a call of their own")
    func durable() throws {
        var machine = RelayMachine()
        for id in 1...4 { _ = machine.arrived(try Self.call(id, isDurable: id % 2 == 0), at: .zero) }
        let sent = batches(machine.timerFired(at: .milliseconds(50)))
        #expect(sent.map { $0.calls.map(\.id) } == [[1, 3], [2, 4]])
        #expect(sent.map(\.isDurable) == [false, true])
        #expect(String(decoding: sent[1].body, as: UTF8.self).hasSuffix(#"],"durable":true}"#))
    }

    @Test("a full call goes at once, and none is larger than a daemon takes")
    func full() throws {
        var limits = RelayMachine.Limits()
        limits.heartbeatsPerCall = 10
        var machine = RelayMachine(limits: limits)
        #expect(batches(machine.arrived(try Self.call(1, 6), at: .zero)).isEmpty)
        let sent = batches(machine.arrived(try Self.call(2, 6), at: .milliseconds(10)))
        #expect(sent.map { $0.calls.map(\.id) } == [[1]])
        #expect(batches(machine.timerFired(at: .milliseconds(60))).map { $0.calls.map(\.id) } == [[2]])
        let answered = answers(machine.arrived(try Self.call(3, 11), at: .milliseconds(60)))
        #expect(answered == [3: .refused(.tooLarge)])
    }

    @Test("a call has no more bytes than a daemon takes")
    func bytes() throws {
        var limits = RelayMachine.Limits()
        limits.bytesPerCall = 100
        var machine = RelayMachine(limits: limits)
        var sent: [RelayBatch] = []
        for id in 1...9 { sent += batches(machine.arrived(try Self.call(id), at: .zero)) }
        sent += batches(machine.timerFired(at: .milliseconds(50)))
        #expect(sent.flatMap { $0.calls.map(\.id) }.count == 9)
        #expect(sent.allSatisfy { $0.body.count <= limits.bytesPerCall + RelayBatch.envelope })
        #expect(answers(machine.arrived(try Self.call(10, 5), at: .zero)) == [10: .refused(.tooLarge)])
    }

    @Test("so many calls are under way at a time; what comes meanwhile waits for one to end, and then goes together")
    func underWay() throws {
        var limits = RelayMachine.Limits()
        limits.callsUnderWay = 2
        var machine = RelayMachine(limits: limits)
        var sent: [RelayBatch] = []
        for id in 1...5 {
            let time = Duration.milliseconds(id * 200)
            _ = machine.arrived(try Self.call(id), at: time)
            sent += batches(machine.timerFired(at: time + .milliseconds(50)))
        }
        #expect(sent.map { $0.calls.map(\.id) } == [[1], [2]])
        let next = machine.ended(sent[0].id, .answered(RelayReply(services: [Self.entry(0)])), at: .seconds(2))
        #expect(batches(next).map { $0.calls.map(\.id) } == [[3, 4, 5]])
        #expect(answers(next).count == 1)
        // An answer that comes twice is nobody's.
        #expect(machine.ended(sent[0].id, .answered(RelayReply()), at: .seconds(2)) == [])
    }

    @Test("what has waited too long for a daemon is refused, and not passed on as if it had just come")
    func late() throws {
        var limits = RelayMachine.Limits()
        limits.callsUnderWay = 1
        var machine = RelayMachine(limits: limits)
        _ = machine.arrived(try Self.call(1), at: .zero)
        let batch = try #require(batches(machine.timerFired(at: .milliseconds(50))).first)
        _ = machine.arrived(try Self.call(2), at: .milliseconds(900))
        _ = machine.arrived(try Self.call(3), at: .milliseconds(1_900))
        _ = machine.ticked(at: .milliseconds(2_000))
        let next = machine.ended(batch.id, .answered(RelayReply(services: [Self.entry(0)])), at: .milliseconds(3_000))
        #expect(answers(next)[2] == .refused(.late))
        #expect(batches(next).map { $0.calls.map(\.id) } == [[3]])
    }

    @Test("what it holds is bounded: beyond, reporters go elsewhere")
    func bounded() throws {
        var limits = RelayMachine.Limits()
        limits.heartbeatsHeld = 3
        var machine = RelayMachine(limits: limits)
        _ = machine.arrived(try Self.call(1, 2), at: .zero)
        #expect(answers(machine.arrived(try Self.call(2, 2), at: .zero)) == [2: .refused(.full)])
        let batch = try #require(batches(machine.timerFired(at: .milliseconds(50))).first)
        #expect(answers(machine.arrived(try Self.call(3, 2), at: .seconds(1))) == [3: .refused(.full)])
        _ = machine.ended(batch.id, .answered(RelayReply()), at: .seconds(1))
        #expect(answers(machine.arrived(try Self.call(4, 3), at: .seconds(1))).isEmpty)
        machine.abandoned(4)
        #expect(answers(machine.arrived(try Self.call(5, 3), at: .seconds(1))).isEmpty)
    }

    @Test("where no daemon answers all are told so")
    func noDaemon() throws {
        var machine = RelayMachine()
        for id in 1...3 { _ = machine.arrived(try Self.call(id), at: .zero) }
        let batch = try #require(batches(machine.timerFired(at: .milliseconds(50))).first)
        let refusal = RelayRefusal.noDaemon("it is away")
        let answered = answers(machine.ended(batch.id, .unanswered(refusal), at: .seconds(1)))
        #expect(answered == [1: .refused(refusal), 2: .refused(refusal), 3: .refused(refusal)])
        #expect(refusal.status == 503 && refusal.error.code == .driverLost && refusal.retryAfter != nil)
        #expect(machine.isIdle)
    }

    @Test("what one reporter sent does not keep the others from being heard")
    func spoiled() throws {
        var machine = RelayMachine()
        for id in 1...3 { _ = machine.arrived(try Self.call(id), at: .zero) }
        let batch = try #require(batches(machine.timerFired(at: .milliseconds(50))).first)
        let refusal = RelayRefusal.malformed("too deep")
        let alone = batches(machine.ended(batch.id, .refused(refusal), at: .seconds(1)))
        #expect(alone.map { $0.calls.map(\.id) } == [[1], [2], [3]])
        #expect(answers(machine.ended(alone[1].id, .refused(refusal), at: .seconds(1))) == [2: .refused(refusal)])
        let reply = RelayResult.answered(RelayReply(services: [Self.entry(0)]))
        #expect(answers(machine.ended(alone[0].id, reply, at: .seconds(1))).keys.sorted() == [1])
        #expect(answers(machine.ended(alone[2].id, reply, at: .seconds(1))).keys.sorted() == [3])
        #expect(machine.isIdle)
    }

    @Test("what waited for a relay that was stopped is refused, and who lives comes again")
    func stopped() throws {
        var machine = RelayMachine()
        for tenth in 0..<10 { _ = machine.ticked(at: .milliseconds(tenth * 500)) }
        _ = machine.arrived(try Self.call(1), at: .milliseconds(4_500))
        let now = Duration.seconds(60)
        let refused: [Int: RelayAnswer] = [1: .refused(.wasStopped), 2: .refused(.wasStopped)]
        #expect(answers(machine.arrived(try Self.call(2), at: now)) == refused)
        #expect(machine.isIdle)
        let later = machine.arrived(try Self.call(3), at: now + .milliseconds(900))
        #expect(answers(later) == [3: .refused(.wasStopped)])
        #expect(answers(machine.arrived(try Self.call(4), at: now + .milliseconds(1_001))).isEmpty)
        #expect(batches(machine.timerFired(at: now + .milliseconds(1_051))).count == 1)
    }

    @Test("where a rack beats often, a shorter time is one that the relay was stopped for")
    func brieflyStopped() throws {
        var machine = RelayMachine()
        for tenth in 0..<20 { _ = machine.ticked(at: .milliseconds(tenth * 50)) }
        #expect(answers(machine.arrived(try Self.call(1), at: .milliseconds(1_600))).isEmpty)
        let batch = try #require(batches(machine.timerFired(at: .milliseconds(1_650))).first)
        var fields: [String: WireValue] = ["index": .integer(0), "report_interval": .number(0.4)]
        _ = machine.ended(batch.id, .answered(RelayReply(services: [.object(fields)])), at: .milliseconds(1_660))
        fields["report_interval"] = .integer(10)
        #expect(answers(machine.arrived(try Self.call(2), at: .milliseconds(2_000))).isEmpty)
        let refused: [Int: RelayAnswer] = [2: .refused(.wasStopped), 3: .refused(.wasStopped)]
        #expect(answers(machine.arrived(try Self.call(3), at: .milliseconds(2_401))) == refused)
        #expect(answers(machine.arrived(try Self.call(4), at: .milliseconds(2_790))) == [4: .refused(.wasStopped)])
        #expect(answers(machine.arrived(try Self.call(5), at: .milliseconds(2_802))).isEmpty)
    }

    @Test("a call without heartbeats is answered without a daemon")
    func empty() throws {
        var machine = RelayMachine()
        let directives = machine.arrived(RelayedCall(id: 1, count: 0, bytes: []), at: .zero)
        #expect(directives == [.answer(1, .share(RelayShare()))])
    }
}

extension WireValue {
    fileprivate var accepted: Int64? {
        guard case .object(let fields) = self, case .integer(let count)? = fields["accepted"] else { return nil }
        return count
    }
}
