import Foundation
import LivenessCore
import LivenessEngine
import Testing

@testable import Outbound

@Suite("What is told to others")
struct OutboundTests {
    private let one = ServiceUUID(random: 1, 2)
    private let two = ServiceUUID(random: 3, 4)

    private func row(
        _ revision: Int64,
        _ uuid: ServiceUUID,
        _ from: LivenessState?,
        _ to: LivenessState?,
        kind: Transition.Kind = .state,
        topic: String = "compute",
        zone: String = "az1"
    ) -> Transition {
        Transition(
            revision: revision,
            kind: kind,
            uuid: uuid,
            host: "h",
            binary: "b",
            topic: topic,
            zone: zone,
            from: from,
            to: to,
            reason: "heartbeat_missed",
            at: Timestamp(microseconds: 0)
        )
    }

    @Test("a message is signed as the specification's own example is")
    func signature() throws {
        let secret = try #require(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let message = Message(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: Array(#"{"test": 2432232314}"#.utf8))
        let headers = Dictionary(uniqueKeysWithValues: message.headers(at: 1_614_265_330, Array(secret)))
        #expect(headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek")
        #expect(headers["webhook-timestamp"] == "1614265330")
        #expect(headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("what a filter names is taken, and where it names nothing, all")
    func filter() {
        let all = Webhook.Filter()
        #expect(all.takes(row(1, one, .up, .down)))
        #expect(!all.takes(row(1, one, nil, .up, kind: .created)))
        var some = Webhook.Filter(
            topics: [NamePattern("comp*")].compactMap { $0 },
            zones: [NamePattern("az1")].compactMap { $0 },
            kinds: [.state, .daemon],
            states: [.down]
        )
        #expect(some.takes(row(1, one, .up, .down)))
        #expect(!some.takes(row(1, one, .down, .up)))
        #expect(!some.takes(row(1, one, .up, .down, topic: "volume")))
        #expect(!some.takes(row(1, one, .up, .down, zone: "az2")))
        #expect(some.takes(row(1, one, nil, nil, kind: .daemon, topic: "rollcalld", zone: "internal")))
        some.kinds = [.created]
        #expect(some.takes(row(1, one, nil, .up, kind: .created)))
    }

    @Test("of a flapping service nothing is told until it is calm, and then where it ended")
    func damping() {
        var damping = Damping()
        var flapping: Set<ServiceUUID> = []
        func isFlapping(_ uuid: ServiceUUID) -> Bool { flapping.contains(uuid) }
        #expect(damping.take([row(1, one, .up, .down)], isFlapping: isFlapping).map(\.revision) == [1])
        flapping = [one]
        let rows = [row(2, one, .down, .up), row(3, two, .up, .down), row(4, one, .up, .down), row(5, one, .down, .up)]
        #expect(damping.take(rows, isFlapping: isFlapping).map(\.revision) == [3])
        #expect(damping.calmed(isFlapping: isFlapping).isEmpty)
        flapping = []
        #expect(damping.calmed(isFlapping: isFlapping).map(\.revision) == [5])
        #expect(damping.calmed(isFlapping: isFlapping).isEmpty)
        #expect(damping.take([row(6, one, .up, .down)], isFlapping: isFlapping).map(\.revision) == [6])
    }

    @Test("who ends a flapping as was told before it is not told again; other rows of it are never held back")
    func calmedAsBefore() {
        var damping = Damping()
        let rows = [row(1, one, .up, .down), row(2, one, .down, .up), row(3, one, nil, nil, kind: .updated)]
        #expect(damping.take(rows) { _ in true }.map(\.revision) == [3])
        #expect(damping.calmed { _ in false }.isEmpty)
    }

    @Test("who ends a flapping whose rows were folded is told, as nobody knows what was told before")
    func calmedAfterFolding() {
        var damping = Damping()
        var kept = row(5, one, .up, .down)
        kept.folded = 3
        #expect(damping.take([kept, row(6, one, .down, .up)]) { _ in true }.isEmpty)
        #expect(damping.calmed { _ in false }.map(\.revision) == [6])
    }

    @Test("waits double up to a minute, and are scattered by a quarter")
    func patience() {
        var patience = Patience()
        #expect((0..<8).map { _ in patience.wait(0.5) } == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(patience.wait(0) == .seconds(45) && patience.wait(1) == .seconds(75))
    }

    @Test("a position is noted and read again; what is none is not taken for one")
    func position() {
        let position = Duty.Position(logID: "abc", revision: 7)
        #expect(Duty.Position(position.text) == position)
        for text in ["", "abc", "abc -1", "abc x", "abc 1 2"] { #expect(Duty.Position(text) == nil, "\(text)") }
    }

    // MARK: What is told next

    private func head(_ revision: Int64, oldest: Int64 = 1, _ log: String = "log") -> LogHead {
        LogHead(logID: log, revision: revision, oldest: oldest)
    }

    /// What a step comes to, in words.
    private func words(_ step: Telling.Step) -> String {
        switch step {
        case .tell(let rows, let end): "tell \(rows.map(\.revision)) up to \(end.text)"
        case .skip(let next): "skip to \(next.text)"
        case .wait: "wait"
        }
    }

    @Test("what follows from where it is and what the log answers")
    func steps() {
        var telling = Telling(Webhook.Filter())
        let position = Duty.Position(logID: "log", revision: 100)
        func step(_ answer: LivenessEngine.TransitionAnswer) -> String {
            words(telling.step(from: position, answer) { _ in false })
        }
        #expect(step(.rows([row(101, one, .up, .down)], through: 101, head(101))) == "tell [101] up to log 101")
        #expect(step(.rows([], through: 100, head(100))) == "tell [] up to log 100")
        // Another daemon has read further than this one.
        #expect(step(.revisionUnknown(head(90))) == "wait")
        #expect(step(.revisionUnknown(head(200, oldest: 150))) == "skip to log 149")
        #expect(step(.revisionUnknown(head(50_000, oldest: 150))) == "skip to log 40000")
        #expect(step(.revisionUnknown(head(50, "other"))) == "skip to other 50")
        // A receiver that takes everything at once is told everything, however fast it comes.
        #expect(step(.rows([row(101, one, .up, .down)], through: 101, head(10_101))) == "tell [101] up to log 101")
        telling.receiverAnswered(wasAway: true)
        #expect(step(.rows([row(101, one, .up, .down)], through: 101, head(10_101))) == "skip to log 101")
        // Never back.
        #expect(step(.revisionUnknown(head(100, oldest: 50))) == "skip to log 100")
    }

    @Test("of a flapping service that ends up, who is told of downs alone is told nothing")
    func filteredFlapping() {
        var telling = Telling(Webhook.Filter(states: [.down]))
        let position = Duty.Position(logID: "log", revision: 0)
        let flaps = [row(1, one, .up, .down), row(2, one, .down, .up)]
        #expect(
            words(telling.step(from: position, .rows(flaps, through: 2, head(2))) { _ in true })
                == "tell [] up to log 2"
        )
        let after = Duty.Position(logID: "log", revision: 2)
        #expect(
            words(telling.step(from: after, .rows([], through: 2, head(2))) { _ in false }) == "tell [] up to log 2"
        )
        let more = [row(3, one, .up, .down), row(4, one, .down, .up), row(5, one, .up, .down)]
        #expect(
            words(telling.step(from: after, .rows(more, through: 5, head(5))) { _ in true }) == "tell [] up to log 5"
        )
        let end = Duty.Position(logID: "log", revision: 5)
        #expect(words(telling.step(from: end, .rows([], through: 5, head(5))) { _ in false }) == "tell [5] up to log 5")
    }

    @Test("what is held back is told before the end")
    func rest() {
        var telling = Telling(Webhook.Filter())
        let rows = [row(1, one, .up, .down), row(2, one, .down, .up), row(3, one, .up, .down)]
        _ = telling.step(from: Duty.Position(logID: "log", revision: 0), .rows(rows, through: 3, head(3))) { _ in true }
        #expect(telling.rest().map(\.revision) == [3])
        #expect(telling.rest().isEmpty)
    }
}
