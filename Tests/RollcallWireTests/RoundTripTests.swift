import FoundationEssentials
import RollcallWire
import Testing

@Suite("Documents survive being written and read")
struct RoundTripTests {
    private let time = WireTime(microseconds: 1_795_229_999_123_456)

    private func survives<Document: Codable & Equatable>(
        _ document: Document,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let data = try WireJSON.encode(document)
        #expect(try WireJSON.decode(Document.self, from: data) == document, sourceLocation: sourceLocation)
    }

    @Test("heartbeats and their answers")
    func heartbeats() throws {
        var heartbeat = WireHeartbeat(host: "h", binary: "b")
        try survives(HeartbeatsRequest(heartbeats: [heartbeat]))
        heartbeat.topic = "t"
        heartbeat.zone = "z"
        heartbeat.version = WireLimits.highestVersion
        heartbeat.worker = "w"
        heartbeat.incarnation = "i"
        heartbeat.sequence = WireLimits.highestSequence
        heartbeat.reportInterval = 0.25
        heartbeat.register = true
        try survives(HeartbeatsRequest(heartbeats: [heartbeat], durable: true))
        #expect(HeartbeatOptions(heartbeat).heartbeat(host: "h", binary: "b") == heartbeat)
        var options = HeartbeatOptions(heartbeat)
        options.durable = true
        try survives(options)
        var entry = HeartbeatEntry(index: 3, host: "h", binary: "b", worker: "w", uuid: "u")
        try survives(entry)
        entry.incarnationNumber = 9
        entry.deadlineIn = 24.75
        try survives(
            HeartbeatsReply(
                accepted: 1,
                services: [entry],
                rejected: [HeartbeatRejection(index: 1, code: .staleIncarnation, message: "replaced")]
            )
        )
    }

    @Test("services, with all of their fields and with none")
    func services() throws {
        var service = WireService(uuid: "u", host: "h", binary: "b")
        try survives(service)
        service.disabledReason = "r"
        service.stateSince = time
        service.lastState = .up
        service.forcedDown = true
        service.forcedDownReason = "f"
        service.forcedDownBy = "me"
        service.forcedDownAt = time
        service.forcedDownUntil = time
        service.reportInterval = 10
        service.lastSeenUp = time
        service.age = 0.5
        service.incarnation = "i"
        service.incarnationNumber = 1
        var worker = WireWorker(worker: "w")
        worker.incarnation = "i"
        worker.incarnationNumber = 1
        worker.state = .up
        worker.lastSeenUp = time
        worker.age = 0.5
        service.workers = [worker, WireWorker(worker: "")]
        service.driver = "database"
        service.flapping = true
        service.createdAt = time
        service.updatedAt = time
        service.index = .min
        try survives(service)
        try survives(ServicesReply(services: [service], revision: 7, logID: "l", nextMarker: "u"))
        try survives(ServicesReply(services: [], revision: 0, logID: "l"))
        var creation = ServiceCreation(host: "h", binary: "b")
        creation.status = .disabled
        try survives(creation)
    }

    @Test("verdicts, history, groups, versions, daemons and the rest")
    func others() throws {
        try survives(StateReply(state: .unknown, reason: .starting, age: nil))
        try survives(StatesRequest(services: [ServiceName(host: "h", binary: "b")], unknownAs: .last))
        try survives(StatesReply(states: [StateEntry(host: "h", binary: "b", state: nil, reason: nil, age: nil)]))
        try survives(
            ExplanationReply(
                verdict: WireVerdict(state: .down, reason: .heartbeatMissed, since: time),
                evidence: [WireEvidence(kind: "heartbeat", text: "last heard", at: time, age: 61)],
                changesWhen: [WireProspect(text: "a heartbeat comes", state: .up, after: nil)]
            )
        )
        var transition = WireTransition(revision: 5, kind: .state, at: time)
        try survives(transition)
        transition.uuid = "u"
        transition.from = .up
        transition.to = .down
        transition.reason = .left
        try survives(TransitionsReply(transitions: [transition], revision: 5, logID: "l"))
        try survives(HistoryReply(transitions: [transition]))
        let bounds = RevisionUnknown(oldest: 1, newest: 5, logID: "l")
        try survives(bounds)
        #expect(RevisionUnknown(WireError(code: .revisionUnknown, message: "", detail: bounds.detail)) == bounds)
        #expect(RevisionUnknown(WireError(code: .editConflict, message: "", detail: bounds.detail)) == nil)
        try survives(GroupsReply(groups: [WireGroup(topic: "t", zone: "z", up: 1, down: 2, unknown: 3)]))
        try survives(HostsUpReply(hosts: ["h"]))
        try survives(
            VersionsReply(
                binary: "b",
                min: 1,
                max: 2,
                counts: [VersionCount(version: 1, count: 3)],
                minimumHeldBy: [VersionHolder(uuid: "u", host: "h", state: .down)]
            )
        )
        try survives(DaemonsReply(daemons: [WireDaemon(id: "d", host: "h", release: "1.0.0")]))
        try survives(ReadinessReply(ready: true, database: .ok, driver: .lost, since: time))
        try survives(BrakeReleaseRequest(scope: "t/z"))
        try survives(BrakesReply(brakes: [WireBrake(scope: "t/z", engagedAt: time, members: 9, silent: 6)]))
        try survives(
            DriversReply(drivers: [
                WireDriver(name: "database", deciding: true, health: .ok, guarantees: ["granularity": .number(0.25)])
            ])
        )
        try survives(DriverSwitchRequest(driver: "zookeeper", force: true))
        let disagreement = WireDisagreement(
            driver: "memcached",
            host: "h",
            binary: "b",
            uuid: "u",
            state: .up,
            stateReason: "heartbeat",
            opinion: .down,
            lastShown: 75.5,
            since: time
        )
        try survives(DisagreementsReply(disagreements: [disagreement], count: 3))
        try survives(ErrorReply(error: WireError(code: .malformed, message: "m", detail: ["field": "host"])))
    }

    @Test("an edit tells leaving, clearing and setting a field apart")
    func patches() throws {
        var patch = ServicePatch()
        #expect(String(decoding: try WireJSON.encode(patch), as: UTF8.self) == "{}")
        patch.zone = .cleared
        #expect(String(decoding: try WireJSON.encode(patch), as: UTF8.self) == #"{"zone":null}"#)
        patch.status = .disabled
        patch.forcedDown = true
        patch.forcedDownReason = .set("r")
        patch.forcedDownUntil = .set(.after(7_200))
        try survives(patch)
        patch.forcedDownUntil = .set(.at(time))
        try survives(patch)
        let read = try WireJSON.decode(ServicePatch.self, from: Data(#"{"zone":null,"disabled_reason":"d"}"#.utf8))
        #expect(read.zone == .cleared)
        #expect(read.disabledReason == .set("d"))
        #expect(read.forcedDownReason == .unchanged)
    }
}
