import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    /// Makes a database and its tables, with the program itself.
    func makeDatabase(_ place: Workplace) async throws -> String {
        let server = try MariaDBServer.here()
        let url = "mariadb://root@localhost/\(try await server.makeDatabase())?socket=\(server.socket)"
        let steps: [(verb: String, status: Int32, said: String)] = [
            ("check", 2, "no tables of Rollcall yet"), ("expand", 0, "the tables are created"),
            ("expand", 0, "had schema 2 and is up to date"), ("check", 0, "release 2 can work with it"),
            ("migrate", 0, "0 records moved, 0 left"), ("online-data-migrations", 0, "heartbeats_of_their_own | 0"),
            ("contract", 0, "the upgrade to release 2 is done"), ("sync", 0, "is up to date"),
        ]
        for step in steps {
            let command = try SpawnedProcess(
                Programs.daemon,
                ["db", step.verb, "--database-url", url],
                environment: Programs.environment,
                output: place.unique(step.verb)
            )
            #expect(try await command.ended() == .exited(step.status), "\(command.messages)")
            #expect(command.output.contains(step.said), "\(command.output)")
        }
        return url
    }

    @Test("on MariaDB a missing schema is refused with the command that makes it, and a second process of one id is")
    func mariaDBOpening() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let server = try MariaDBServer.here()
            var options = DaemonProcess.Options()
            options.databaseURL = "mariadb://root@localhost/\(try await server.makeDatabase())?socket=\(server.socket)"
            let early = try DaemonProcess.spawn(place, options)
            defer { early.end() }
            #expect(try await early.ended() == .exited(1))
            #expect(early.messages.contains("rollcalld db expand"), "\(early.messages)")

            let url = try await makeDatabase(place)
            try await server.execute("CREATE USER keeper@localhost IDENTIFIED BY 'hunter2'")
            try await server.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO keeper@localhost")
            options.databaseURL = url.replacing("root@", with: "keeper:hunter2@")
            let name = ServiceName(host: "h", binary: "b")
            try await DaemonProcess.run(place, options) { daemon in
                _ = try await daemon.client.sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                let second = try DaemonProcess.spawn(place, options)
                defer { second.end() }
                #expect(try await second.ended() == .exited(1))
                #expect(second.messages.contains("daemon.id is test-daemon"), "\(second.messages)")
                #expect(try await daemon.client.state(of: name).state == .up)
                let said = daemon.process.output + daemon.process.messages + second.output + second.messages
                #expect(!said.contains("hunter2"), "\(said)")
            }
            // It was killed: the lock went with it, and the record did not.
            try await DaemonProcess.run(place, options) { daemon in
                let state = try await daemon.client.state(of: name).state
                #expect(state == .up || state == .unknown)
            }
        }
    }

    @Test("while MariaDB stands still, is killed and started again, nobody who lives is called down")
    func mariaDBFaults() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let server = try MariaDBServer.here()
            var options = DaemonProcess.Options.short
            options.databaseURL = try await makeDatabase(place)
            options.environment["ROLLCALL_LIVENESS_OBSERVE_INTERVAL"] = "200ms"
            let fleet = Fleet("fleet", count: 100, port: 0)
            let watch = TransitionWatch(port: 0)
            try await watch.run {
                try await DaemonProcess.run(place, options) { daemon in
                    fleet.redirect(to: daemon.port)
                    watch.redirect(to: daemon.port)
                    try await fleet.run {
                        try await fleet.beats(4)
                        try await server.current.stop()
                        // More than a down time, and less than what makes the daemon send services elsewhere.
                        try await fleet.beats(6)
                        server.current.resume()
                        try await fleet.beats(4)
                        try await server.killAndRestart()
                        try await fleet.beats(8)
                        #expect(watch.deaths.isEmpty, "\(watch.deaths)")

                        try await fleet.silence([7])
                        let death = try await watch.first("the death of one is noticed") {
                            $0.to == .down && fleet.member($0.host) == 7
                        }
                        #expect(death.transition.reason == .heartbeatMissed)
                        try await fleet.beats(4)
                    }
                    let changes = watch.seen.filter { $0.transition.kind == .state }
                    #expect(changes.count == 1, "\(changes)")
                    print("MariaDB stopped, killed and restarted under 100 services: 0 false downs")
                }
            }
            #expect(fleet.problems.isEmpty && watch.isGapFree, "\(fleet.problems.prefix(3))")
        }
    }
}
