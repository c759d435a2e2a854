import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    @Test("a daemon killed under load and started again has lost no acknowledged change and calls nobody down")
    func killed() async throws {
        let place = try Workplace()
        var options = DaemonProcess.Options.short
        // Twice the time it takes to start again on a busy machine.
        options.serviceDownTime = "3s"
        let fleet = Fleet("fleet", count: 200, port: 0)
        let watch = TransitionWatch(port: 0)
        let dying = 0..<5
        try await watch.run {
            try await fleet.run {
                let edits = try await DaemonProcess.run(place, options) { daemon in
                    fleet.redirect(to: daemon.port)
                    watch.redirect(to: daemon.port)
                    try await fleet.beats(4)
                    var edits = RecordEdits()
                    async let dead: Void = eventually("thirty changes of each kind are acknowledged") {
                        if (try? await daemon.client.services(RecordEdits.created).services.count) ?? 0 < 30 {
                            return false
                        }
                        daemon.process.send(SIGKILL)
                        return true
                    }
                    await edits.goOn(at: daemon.client)
                    try await dead
                    #expect(try await daemon.process.ended() == .killed(SIGKILL))
                    return edits
                }
                let outageBegan = Moment.now
                fleet.silence(dying, fromRound: 0)
                let before = watch.seen.count
                try await DaemonProcess.run(place, options) { daemon in
                    let started = Moment.now
                    fleet.redirect(to: daemon.port)
                    watch.redirect(to: daemon.port)
                    try await edits.expectAll(at: daemon.client)
                    try await eventually("who died during the outage is down") {
                        watch.deaths.count { dying.contains(fleet.member($0.transition.host) ?? -1) } == dying.count
                    }
                    try await fleet.beats(14)
                    let deaths = watch.seen.dropFirst(before).filter { $0.transition.to == .down }
                    for death in deaths {
                        guard let member = fleet.member(death.transition.host) else { continue }
                        #expect(dying.contains(member), "a living service was called down: \(death.transition)")
                    }
                    let delays = deaths.compactMap { death in
                        fleet.member(death.transition.host).map { _ in
                            Double(death.arrived.monotonic - started.monotonic) / 1_000_000
                        }
                    }
                    let outage = Double(started.monotonic - outageBegan.monotonic) / 1_000_000
                    print("kill -9 after \(edits.count) acknowledged changes: none lost; away for \(outage) ms")
                    print("deaths during the outage, seen after the start (down time 3 s): \(Distribution(delays))")
                }
            }
        }
        #expect(fleet.problems.isEmpty && watch.problems.isEmpty && watch.isGapFree)
    }
}
