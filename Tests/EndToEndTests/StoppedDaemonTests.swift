import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    private static let crowd = "/v1/services/crowd/worker/heartbeat"
    private static let crowdBeats = [String](repeating: #"{"host":"crowd","binary":"worker"}"#, count: 1_000)
        .joined(separator: ",")

    /// The daemon is stopped for three down times.
    ///
    /// What waited in its sockets meanwhile was sent before the daemon could look, so it must count for the living and
    /// cannot lift what is recorded.
    @Test("a daemon stopped for three down times calls nobody down who lives, and stale bytes revive nobody")
    func stopped() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place, .short) { daemon in
            let fleet = Fleet("fleet", count: 300, port: daemon.port)
            let watch = TransitionWatch(port: daemon.port)
            let corpses = 0..<6
            let dying = 6..<12
            try await watch.run {
                try await fleet.run {
                    try await fleet.beats(2)
                    try await fleet.silence(corpses)
                    try await eventually("six are recorded down") { watch.deaths.count == corpses.count }

                    // One connection that the daemon knows, and one that it has never seen.
                    let known = try RawConnection(port: daemon.port)
                    #expect(try known.exchange("GET", "/healthz")?.status == 200)
                    let crowd = try (0..<24).map { _ in try RawConnection(port: daemon.port) }
                    for connection in crowd { #expect(try connection.exchange("PUT", Self.crowd)?.status == 200) }
                    try await daemon.process.stop()
                    let stoppedAt = Moment.now.monotonic
                    fleet.silence(dying, fromRound: 0)
                    // So much that it takes the daemon a while to work through: what comes last is as stale as the first.
                    for connection in crowd {
                        let body = #"{"heartbeats":[\#(Self.crowdBeats)]}"#
                        try connection.send(RawConnection.request("POST", "/v1/heartbeats?reply=brief", body: body))
                    }
                    let new = try RawConnection(port: daemon.port)
                    for corpse in corpses {
                        let path = "/v1/services/\(fleet.host(corpse))/worker/heartbeat"
                        let body = #"{"incarnation":"i-\#(corpse)","sequence":1000000}"#
                        try (corpse % 2 == 0 ? known : new).send(RawConnection.request("PUT", path, body: body))
                    }
                    try await eventually("three down times pass") {
                        Moment.now.monotonic - stoppedAt >= 3_000_000_000
                    }
                    let before = watch.seen.count
                    daemon.process.resume()
                    let wentOn = Moment.now

                    for connection in crowd { #expect(try connection.reply()?.status == 200) }
                    for connection in [known, new] {
                        for _ in 0..<3 { #expect(try connection.reply()?.status == 200) }
                    }
                    try await eventually("who died meanwhile is down") {
                        watch.deaths.count { dying.contains(fleet.member($0.transition.host) ?? -1) } == dying.count
                    }
                    // Everybody had a whole down time for a false death.
                    try await fleet.beats(6)

                    let after = watch.seen.dropFirst(before).filter { $0.transition.kind == .state }
                    let revived = after.filter { corpses.contains(fleet.member($0.transition.host) ?? -1) }
                    #expect(revived.isEmpty, "stale bytes revived \(revived.map(\.transition))")
                    for corpse in corpses {
                        let name = ServiceName(host: fleet.host(corpse), binary: "worker")
                        #expect(try await daemon.client.state(of: name).state == .down)
                    }
                    for change in after where fleet.member(change.transition.host).map({ $0 >= 12 }) ?? false {
                        Issue.record("a living service changed: \(change.transition)")
                    }
                    let noticed = after.filter { dying.contains(fleet.member($0.transition.host) ?? -1) }
                    let delays = noticed.map { Double($0.arrived.monotonic - wentOn.monotonic) / 1_000_000 }
                    print("deaths during a stop of 3 s, seen after it went on: \(Distribution(delays))")

                    // The next heartbeat that arrives does revive.
                    var heartbeat = WireHeartbeat(host: fleet.host(0), binary: "worker")
                    heartbeat.incarnation = "i-0"
                    heartbeat.sequence = 1_000_001
                    #expect(try await daemon.client.sendHeartbeat(heartbeat).state == .up)
                }
            }
            #expect(fleet.problems.isEmpty && watch.problems.isEmpty && watch.isGapFree)
        }
    }
}
