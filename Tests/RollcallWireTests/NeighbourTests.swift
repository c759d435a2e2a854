import FoundationEssentials
import RollcallWire
import Testing

/// Documents as the release before or after this one may write them.
@Suite("Documents of a neighbouring release")
struct NeighbourTests {
    private static let rounds = 400

    /// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (OOPSLA 2014).
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    /// What may be anywhere, and means nothing here.
    private static let news: [WireValue] = [
        .null, true, 7, .number(2.5), "ünknown", .array([1, "x", .null]), .object(["deep": .array([.object([:])])]),
    ]
    /// Fields whose words a later release may have more of.
    private static let words: Set = [
        "state", "reason", "state_reason", "status", "last_state", "from", "to", "kind", "code",
    ]
    /// Fields that may hold anything already.
    private static let open: Set = ["detail", "guarantees"]

    /// With fields that nobody here knows, at any depth; answers how many there are.
    private static func added(_ value: WireValue, _ count: inout Int, _ random: inout SplitMix) -> WireValue {
        switch value {
        case .object(var fields):
            for (key, field) in fields where !open.contains(key) { fields[key] = added(field, &count, &random) }
            if Bool.random(using: &random) {
                fields["x_\(UInt16.random(in: 0 ... .max, using: &random))"] = news.randomElement(using: &random)
                count += 1
            }
            return .object(fields)
        case .array(let items): return .array(items.map { added($0, &count, &random) })
        default: return value
        }
    }

    /// Without those fields.
    private static func stripped(_ value: WireValue) -> WireValue {
        switch value {
        case .object(let fields): .object(fields.filter { !$0.key.hasPrefix("x_") }.mapValues(stripped))
        case .array(let items): .array(items.map(stripped))
        default: value
        }
    }

    /// With words that nobody here knows.
    private static func reworded(_ value: WireValue) -> WireValue {
        switch value {
        case .object(let fields):
            return .object(
                Dictionary(
                    uniqueKeysWithValues: fields.map { key, field in
                        guard words.contains(key), case .string = field else { return (key, reworded(field)) }
                        return (key, "resting")
                    }
                )
            )
        case .array(let items): return .array(items.map(reworded))
        default: return value
        }
    }

    /// With fields that are gone, or hold something else.
    private static func broken(_ value: WireValue, _ random: inout SplitMix) -> WireValue {
        switch value {
        case .object(let fields):
            var kept: [String: WireValue] = [:]
            for (key, field) in fields {
                switch Int.random(in: 0..<8, using: &random) {
                case 0: continue
                case 1: kept[key] = news.randomElement(using: &random)
                default: kept[key] = broken(field, &random)
                }
            }
            return .object(kept)
        case .array(let items): return .array(items.map { broken($0, &random) })
        default: return value
        }
    }

    /// JSON with the fields of each object in any order.
    private static func text(_ value: WireValue, _ random: inout SplitMix) throws -> String {
        switch value {
        case .object(let fields):
            let members = try fields.shuffled(using: &random).map { key, field in
                "\"\(key)\":\(try text(field, &random))"
            }
            return "{\(members.joined(separator: ","))}"
        case .array(let items):
            return "[\(try items.map { try text($0, &random) }.joined(separator: ","))]"
        default: return String(decoding: try WireJSON.encode(value), as: UTF8.self)
        }
    }

    private func survives<Document: Codable & Equatable>(_ document: Document, seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let written = try WireJSON.decode(WireValue.self, from: try WireJSON.encode(document))
        for _ in 0..<Self.rounds {
            var count = 0
            let added = Data(try Self.text(Self.added(written, &count, &random), &random).utf8)
            let read = try WireJSON.decode(Document.self, from: added)
            // What it knows it reads as ever, whether or not it keeps what it does not know.
            let again = try WireJSON.decode(WireValue.self, from: WireJSON.encode(read))
            #expect(Self.stripped(again) == written, "\(String(decoding: added, as: UTF8.self))")

            let reworded = Data(try Self.text(Self.reworded(written), &random).utf8)
            #expect(try WireJSON.encode(try WireJSON.decode(Document.self, from: reworded)).count > 0)

            let broken = Data(try Self.text(Self.broken(written, &random), &random).utf8)
            do { _ = try WireJSON.decode(Document.self, from: broken) } catch is DecodingError {}
        }
    }

    private let time = WireTime(microseconds: 1_795_229_999_123_456)

    @Test("fields that are new, gone or re-ordered, and words that are new, break nothing: heartbeats")
    func heartbeats() throws {
        var heartbeat = WireHeartbeat(host: "h", binary: "b")
        heartbeat.topic = "t"
        heartbeat.incarnation = "i"
        heartbeat.sequence = 7
        try survives(HeartbeatsRequest(heartbeats: [heartbeat, heartbeat], durable: true), seed: 1)
        let entry = HeartbeatEntry(index: 0, host: "h", binary: "b", worker: "w", uuid: "u")
        let rejection = HeartbeatRejection(index: 1, code: .staleIncarnation, message: "replaced")
        try survives(HeartbeatsReply(accepted: 1, services: [entry], rejected: [rejection]), seed: 2)
        try survives(ErrorReply(error: WireError(code: .malformed, message: "m", detail: ["field": "host"])), seed: 3)
    }

    @Test("fields that are new, gone or re-ordered, and words that are new, break nothing: questions")
    func questions() throws {
        var service = WireService(uuid: "u", host: "h", binary: "b")
        service.workers = [WireWorker(worker: "w")]
        service.lastSeenUp = time
        try survives(service, seed: 4)
        try survives(ServicesReply(services: [service], revision: 7, logID: "l", nextMarker: "u"), seed: 5)
        try survives(
            StatesReply(states: [StateEntry(host: "h", binary: "b", state: .up, reason: .starting, age: 1)]),
            seed: 6
        )
        let prospect = WireProspect(text: "a heartbeat comes", state: .up, after: 1)
        let evidence = WireEvidence(kind: "heartbeat", text: "last heard", at: time, age: 61)
        let verdict = WireVerdict(state: .down, reason: .heartbeatMissed, since: time)
        try survives(ExplanationReply(verdict: verdict, evidence: [evidence], changesWhen: [prospect]), seed: 7)
        var transition = WireTransition(revision: 5, kind: .state, at: time)
        transition.from = .up
        transition.to = .down
        transition.reason = .left
        try survives(TransitionsReply(transitions: [transition], revision: 5, logID: "l"), seed: 8)
        try survives(GroupsReply(groups: [WireGroup(topic: "t", zone: "z", up: 1, down: 2, unknown: 3)]), seed: 9)
    }

    @Test("fields that are new, gone or re-ordered, and words that are new, break nothing: operations")
    func operations() throws {
        try survives(DaemonsReply(daemons: [WireDaemon(id: "d", host: "h", release: "1.0.0")]), seed: 10)
        try survives(BrakesReply(brakes: [WireBrake(scope: "t/z", engagedAt: time, members: 9, silent: 6)]), seed: 11)
        let driver = WireDriver(
            name: "database",
            deciding: true,
            health: .ok,
            guarantees: ["granularity": .number(0.25)]
        )
        try survives(DriversReply(drivers: [driver]), seed: 12)
        let holder = VersionHolder(uuid: "u", host: "h", state: .down)
        let count = VersionCount(version: 1, count: 3)
        try survives(VersionsReply(binary: "b", min: 1, max: 2, counts: [count], minimumHeldBy: [holder]), seed: 13)
        try survives(ReadinessReply(ready: true, database: .ok, driver: .lost, since: time), seed: 14)
    }

    @Test("what a service is edited with does not lose what the editor does not know", arguments: 0..<50)
    func edited(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let written = try WireJSON.decode(
            WireValue.self,
            from: WireJSON.encode(WireService(uuid: "u", host: "h", binary: "b"))
        )
        var count = 0
        let sent = Self.added(written, &count, &random)
        var service = try WireJSON.decode(WireService.self, from: Data(try Self.text(sent, &random).utf8))
        service.disabledReason = "edited"
        guard case .object(var expected) = sent else { return }
        expected["disabled_reason"] = "edited"
        let again = try WireJSON.decode(WireValue.self, from: WireJSON.encode(service))
        guard case .object(let found) = again else {
            Issue.record("\(again)")
            return
        }
        for (key, value) in expected where value != .null { #expect(found[key] == value, "\(key)") }
    }
}
