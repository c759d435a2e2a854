import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

/// Two daemons over one MariaDB.
struct Pair {
    let one: DaemonProcess
    let two: DaemonProcess

    var ports: [Int] { [one.port, two.port] }
}

extension FleetTests {
    static func options(_ url: String, _ id: String) -> DaemonProcess.Options {
        var options = DaemonProcess.Options()
        options.reportInterval = "500ms"
        options.serviceDownTime = "3s"
        options.identifier = id
        options.databaseURL = url
        return options
    }

    func withPair(_ place: Workplace, _ url: String, _ body: (Pair) async throws -> Void) async throws {
        try await DaemonProcess.run(place, Self.options(url, "one")) { one in
            try await DaemonProcess.run(place, Self.options(url, "two")) { two in
                try await body(Pair(one: one, two: two))
            }
        }
    }

    @Test("two daemons over one MariaDB show the same, record a death once and know each other's records")
    func pair() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let url = try await makeDatabase(place)
            try await withPair(place, url) { pair in
                let name = ServiceName(host: "h", binary: "b")
                var beat = WireHeartbeat(host: "h", binary: "b")
                beat.incarnation = "i"
                beat.sequence = 1
                _ = try await pair.one.client.sendHeartbeat(beat)
                try await eventually("the other shows it up") {
                    (try? await pair.two.client.state(of: name))?.state == .up
                }
                // The other one takes its heartbeats, too, and it is one service.
                beat.sequence = 2
                _ = try await pair.two.client.sendHeartbeat(beat)
                #expect(try await pair.two.client.services().services.count { $0.host == "h" } == 1)
                for client in [pair.one.client, pair.two.client] {
                    try await eventually("it is down") { (try? await client.state(of: name))?.state == .down }
                    #expect(try await client.daemons().daemons.map(\.id).sorted() == ["one", "two"])
                }
                var logs: [[WireTransition]] = []
                for client in [pair.one.client, pair.two.client] {
                    let log = try await eventually("the death is in the log") {
                        let log = try await client.transitions(since: 0).transitions
                        return log.contains { $0.host == "h" && $0.to == .down } ? log : nil
                    }
                    logs.append(log.filter { $0.host == "h" })
                }
                #expect(logs[0].map(\.kind) == [.created, .state])
                #expect(logs[0].map(\.revision) == logs[1].map(\.revision))
                // Deleted at one, gone at the other, and refused there.
                let uuid = try #require(logs[0].first?.uuid)
                try await pair.one.client.deleteService(uuid: uuid)
                try await eventually("it is gone") {
                    try await pair.two.client.services().services.allSatisfy { $0.host != "h" }
                }
                beat.sequence = 3
                do {
                    _ = try await pair.two.client.sendHeartbeat(beat)
                    Issue.record("a heartbeat of a deleted record was taken")
                } catch {
                    #expect("\(error)".contains("service_deleted"), "\(error)")
                }
            }
        }
    }

    @Test("of two daemons one is killed, stopped or both lose the database: nobody who lives is called down")
    func pairFaults() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let url = try await makeDatabase(place)
            let server = try MariaDBServer.here()
            let fleet = Fleet("fleet", count: 100, port: 0)
            let watch = TransitionWatch(port: 0)
            try await watch.run {
                try await withPair(place, url) { pair in
                    watch.redirect(to: pair.one.port)
                    fleet.redirect(to: pair.ports)
                    try await fleet.run {
                        try await fleet.beats(8)
                        fleet.redirect(to: pair.ports, .roundRobin)
                        try await fleet.beats(8)
                        try await pair.two.process.stop()
                        try await fleet.beats(12)
                        pair.two.process.resume()
                        try await fleet.beats(8)
                        try await server.current.stop()
                        // Two down times: then services are sent elsewhere, and there is nowhere to go.
                        try await fleet.tries(24)
                        server.current.resume()
                        try await fleet.beats(12)
                        fleet.redirect(to: pair.ports, .faithful)
                        try await fleet.beats(8)
                        pair.two.process.send(SIGKILL)
                        try await fleet.beats(16)
                        #expect(watch.deaths.isEmpty, "\(watch.deaths)")
                        try await fleet.silence([7])
                        let death = try await watch.first("the death of one is noticed") {
                            $0.to == .down && fleet.member($0.host) == 7
                        }
                        #expect(death.transition.reason == .heartbeatMissed)
                        try await fleet.beats(4)
                    }
                    let downs = watch.deaths
                    #expect(downs.count == 1, "\(downs)")
                    print("Two daemons, one stopped and killed, MariaDB stopped, 100 services: 0 false downs")
                }
            }
            #expect(fleet.problems.isEmpty && watch.isGapFree, "\(fleet.problems.prefix(3))")
        }
    }
}
