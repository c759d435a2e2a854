import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

/// Which process a heartbeat speaks for, with intervals so long that nothing here depends on time.
@Suite("Who may beat", .timeLimit(.minutes(3)))
struct IdentityTests {
    private static let name = ServiceName(host: "h", binary: "b")

    private func beat(
        _ client: RollcallClient,
        _ incarnation: String?,
        sequence: Int64? = nil,
        interval: Double? = nil,
        host: String = "h"
    ) async throws(ClientError) -> HeartbeatEntry {
        var heartbeat = WireHeartbeat(host: host, binary: "b")
        heartbeat.incarnation = incarnation
        heartbeat.sequence = sequence
        heartbeat.reportInterval = interval
        return try await client.sendHeartbeat(heartbeat)
    }

    private func expectRefusal(
        _ status: Int,
        _ code: WireErrorCode,
        _ what: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ call: () async throws -> Void
    ) async {
        do {
            try await call()
            Issue.record("it was not refused: \(what)", sourceLocation: sourceLocation)
        } catch let error as ClientError {
            #expect(error.status == status && error.error?.code == code, what, sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, what, sourceLocation: sourceLocation)
        }
    }

    @Test("of two live processes of one name the later is current and the other refused for ever, restarts included")
    func twoProcesses() async throws {
        let place = try Workplace()
        for start in 0..<3 {
            try await DaemonProcess.run(place) { daemon in
                if start == 0 {
                    #expect(try await beat(daemon.client, "first", sequence: 1).state == .up)
                    let number = try await beat(daemon.client, "second", sequence: 1).incarnationNumber
                    #expect(number == 2)
                }
                for round in 1...3 {
                    let sequence = Int64(start * 10 + round + 1)
                    await expectRefusal(409, .staleIncarnation, "the first process, start \(start)") {
                        _ = try await beat(daemon.client, "first", sequence: sequence)
                    }
                    #expect(try await beat(daemon.client, "second", sequence: sequence).state == .up)
                }
                await expectRefusal(409, .incarnationRequired, "a script that names no incarnation") {
                    _ = try await beat(daemon.client, nil)
                }
                #expect(try await daemon.client.service(named: Self.name).incarnation == "second")
                if start == 1 {
                    // The third start follows an end that nobody prepared.
                    daemon.process.send(SIGKILL)
                } else {
                    daemon.process.send(SIGTERM)
                }
                _ = try await daemon.process.ended()
            }
        }
    }

    @Test("of two agents of one name the earlier is told, and leaves its child and the service alone")
    func twoAgents() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place) { daemon in
            let agent = ["agent", "--host", "h", "--binary", "b", "--interval", "100ms"]
            let child = ["--", "/bin/sh", "-c", "echo $$ > \(place.file("child")); while :; do sleep 0.05; done"]
            let first = try Programs.start(agent + child, at: daemon, place)
            defer { first.end() }
            let earlier = try await eventually("the first agent beats") {
                try? await daemon.client.service(named: Self.name).incarnation
            }
            let second = try Programs.start(agent, at: daemon, place)
            defer { second.end() }
            try await eventually("the first agent is told") { first.messages.contains("stale_incarnation") }
            try await eventually("the second one is current") {
                try await daemon.client.service(named: Self.name).incarnation != earlier
            }
            #expect(first.ending == nil)
            let text = try String(contentsOfFile: place.file("child"), encoding: .utf8)
            let childProcess = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(kill(childProcess, 0) == 0)
            // Stopped now, the first ends its child and must not end the service of the second.
            first.send(SIGTERM)
            #expect(try await first.ended() == .exited(0))
            #expect(try await daemon.client.state(of: Self.name).state == .up)
            try await eventually("its child is gone") { kill(childProcess, 0) != 0 }
        }
    }

    @Test("a process whose record was deleted stays refused and the record deleted; a new process makes a new record")
    func zombie() async throws {
        let place = try Workplace()
        for start in 0..<2 {
            try await DaemonProcess.run(place) { daemon in
                if start == 0 {
                    let uuid = try await beat(daemon.client, "zombie", sequence: 1).uuid
                    try await daemon.client.deleteService(uuid: uuid)
                }
                for round in 1...3 {
                    await expectRefusal(410, .serviceDeleted, "the zombie, start \(start)") {
                        _ = try await beat(daemon.client, "zombie", sequence: Int64(start * 10 + round + 1))
                    }
                }
                #expect(try await daemon.client.services().services.allSatisfy { $0.host != "h" })
                if start == 1 {
                    #expect(try await beat(daemon.client, "alive", sequence: 1).state == .up)
                    await expectRefusal(410, .serviceDeleted, "the zombie, beside its successor") {
                        _ = try await beat(daemon.client, "zombie", sequence: 100)
                    }
                }
                daemon.process.send(SIGTERM)
                #expect(try await daemon.process.ended() == .exited(0))
            }
        }
    }

    @Test("an old sequence repeated for longer than an interval is a cloned machine's")
    func clone() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place) { daemon in
            _ = try await beat(daemon.client, "one", sequence: 100, interval: 1)
            // Late packets by themselves are no error; going on with them is.
            _ = try await beat(daemon.client, "one", sequence: 99, interval: 1)
            let refused = try await eventually("the clone is refused") { () async throws -> ClientError? in
                do {
                    _ = try await beat(daemon.client, "one", sequence: 50, interval: 1)
                    return nil
                } catch let error as ClientError {
                    return error
                }
            }
            #expect(refused.status == 409 && refused.error?.code == .staleSequence)
            #expect(try await beat(daemon.client, "one", sequence: 101, interval: 1).state == .up)
        }
    }

    @Test("a leave that races with heartbeats of the same process stays left")
    func leaveRace() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place) { daemon in
            for round in 0..<20 {
                let host = "h\(round)"
                let name = ServiceName(host: host, binary: "b")
                _ = try await beat(daemon.client, "one", sequence: 0, host: host)
                await withTaskGroup(of: Void.self) { group in
                    for sequence in 1...8 {
                        // Those that lose the race are refused; which ones does not matter.
                        group.addTask {
                            _ = try? await beat(daemon.client, "one", sequence: Int64(sequence), host: host)
                        }
                    }
                    group.addTask {
                        do {
                            try await daemon.client.leave(name, incarnation: "one")
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
                await expectRefusal(409, .left, "a heartbeat after the leave") {
                    _ = try await beat(daemon.client, "one", sequence: 100, host: host)
                }
                let state = try await daemon.client.state(of: name)
                #expect(state.state == .down && state.reason == .left)
                // Repeated, it is no error.
                try await daemon.client.leave(name, incarnation: "one")
            }
            // What was flushed must not lift it either.
            daemon.process.send(SIGTERM)
            #expect(try await daemon.process.ended() == .exited(0))
        }
        try await DaemonProcess.run(place) { daemon in
            let services = try await daemon.client.services().services.filter { $0.binary == "b" }
            #expect(services.count == 20)
            #expect(services.allSatisfy { $0.state == .down && $0.stateReason == .left })
        }
    }

    @Test("to disable, enable or edit a dead service revives nobody")
    func editedDead() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place, .short) { daemon in
            let uuid = try await beat(daemon.client, "one", sequence: 1).uuid
            try await eventually("it is down") { try await daemon.client.state(of: Self.name).state == .down }
            let since = try await daemon.client.service(uuid: uuid).value.stateSince
            var disable = ServicePatch()
            disable.status = .disabled
            disable.disabledReason = .set("looked at")
            var enable = ServicePatch()
            enable.status = .enabled
            var move = ServicePatch()
            move.zone = .set("elsewhere")
            var force = ServicePatch()
            force.forcedDown = true
            var release = ServicePatch()
            release.forcedDown = false
            for patch in [disable, enable, move, force, release] {
                let edited = try await daemon.client.edit(uuid, patch)
                #expect(edited.state == .down)
            }
            // Released, it is judged anew: down for the old reason, and never up in between.
            let service = try await eventually("it is down for what it was down for") {
                let service = try await daemon.client.service(uuid: uuid).value
                #expect(service.state == .down)
                return service.stateReason == .heartbeatMissed ? service : nil
            }
            #expect(service.stateSince == since && service.zone == "elsewhere")
            let states = try await daemon.client.history(uuid: uuid).transitions.filter { $0.kind == .state }
            #expect(states.allSatisfy { $0.to == .down })
        }
    }
}
