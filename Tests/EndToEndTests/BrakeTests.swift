import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    @Test("60 of 100 die at once: two daemons hold them, also one that starts meanwhile, until an operator lets go")
    func massFailure() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let url = try await makeDatabase(place)
            let fleet = Fleet("fleet", count: 100, port: 0)
            let watch = TransitionWatch(port: 0)
            try await watch.run {
                try await withPair(place, url) { pair in
                    watch.redirect(to: pair.one.port)
                    fleet.redirect(to: pair.ports)
                    try await fleet.run {
                        try await fleet.beats(8)
                        try await fleet.silence(0..<60)
                        for client in [pair.one.client, pair.two.client] { try await holds(60, client) }
                        pair.two.process.send(SIGKILL)
                        try await DaemonProcess.run(place, Self.options(url, "two")) { again in
                            fleet.redirect(to: [pair.one.port, again.port])
                            // Longer than a down time.
                            try await fleet.beats(16)
                            for client in [pair.one.client, again.client] { try await holds(60, client) }
                            #expect(watch.deaths.isEmpty, "\(watch.deaths)")
                            let released = try await again.client.releaseBrake().brakes
                            #expect(released.map(\.scope).sorted() == ["worker/internal", "fleet"].sorted())
                            #expect(released.allSatisfy { $0.silent >= 50 && $0.members >= 100 }, "\(released)")
                            try await eventually("all who died are down") { watch.deaths.count >= 60 }
                            try await fleet.beats(4)
                            let dead = watch.deaths.compactMap { fleet.member($0.transition.host) }
                            #expect(dead.sorted() == Array(0..<60))
                            try await scaleDown(again.client, fleet, watch)
                        }
                    }
                }
            }
            #expect(fleet.problems.isEmpty && watch.isGapFree, "\(fleet.problems.prefix(3))")
        }
    }

    /// Waits until the daemon shows so many as held, and none of them as down.
    private func holds(_ count: Int, _ client: RollcallClient) async throws {
        try await eventually("\(count) are held") {
            let services = try await client.services().services
            return services.count { $0.state == .unknown && $0.stateReason.rawValue == "mass_failure" } == count
        }
        #expect(try await client.brakes().brakes.contains { $0.releasedAt == nil })
    }

    /// Most of those who are left leave: nobody is held for that, and the next death is one.
    private func scaleDown(_ client: RollcallClient, _ fleet: Fleet, _ watch: TransitionWatch) async throws {
        try await fleet.silence(60..<84)
        for member in 60..<84 {
            try await client.leave(
                ServiceName(host: fleet.host(member), binary: "worker"),
                incarnation: "i-\(member)"
            )
        }
        try await fleet.silence([84])
        let death = try await watch.first("the death of one is noticed") {
            $0.to == .down && fleet.member($0.host) == 84
        }
        #expect(death.transition.reason == .heartbeatMissed)
        #expect(try await client.brakes().brakes.allSatisfy { $0.releasedAt != nil })
        try await fleet.beats(4)
        #expect(watch.deaths.count { ($0.transition.reason ?? .left) != .left } == 61)
    }
}
