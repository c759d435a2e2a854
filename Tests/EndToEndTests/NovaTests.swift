import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    /// A database with the table of a Nova in which twenty services are, whose names are c1 to c20.
    private func makeNova(_ server: MariaDBServer) async throws -> String {
        let nova = try await server.makeDatabase()
        try await server.execute(
            """
            USE \(nova); CREATE TABLE services (created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, \
            id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, uuid VARCHAR(36), host VARCHAR(255), `binary` VARCHAR(255), \
            topic VARCHAR(255), report_count INTEGER NOT NULL, disabled BOOL, deleted INTEGER, disabled_reason \
            VARCHAR(255), last_seen_up DATETIME, forced_down BOOL, version INTEGER) CHARACTER SET utf8mb3; \
            INSERT INTO services (uuid, host, `binary`, topic, report_count, disabled, deleted, forced_down, version) \
            SELECT uuid(), concat('c', seq), 'nova-compute', 'compute', 7, 0, 0, 0, 66 FROM seq_1_to_20
            """
        )
        return nova
    }

    @Test("who moves in comes with its record when it first beats, and is refused while nobody can know it")
    func fallback() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let server = try MariaDBServer.here()
            let nova = try await makeNova(server)
            try await server.execute(
                "UPDATE \(nova).services SET disabled = 1, disabled_reason = 'bad fan', "
                    + "uuid = '10000000-0000-4000-8000-000000000005' WHERE host = 'c5'"
            )
            var options = DaemonProcess.Options()
            options.environment = [
                "ROLLCALL_DATABASE_FALLBACK_URL": "mariadb://root@localhost/\(nova)?socket=\(server.socket)"
            ]
            try await DaemonProcess.run(place, options) { daemon in
                let client = daemon.client
                _ = try await client.sendHeartbeat(WireHeartbeat(host: "c5", binary: "nova-compute"))
                _ = try await client.sendHeartbeat(WireHeartbeat(host: "new", binary: "nova-compute"))
                let moved = try await client.service(named: ServiceName(host: "c5", binary: "nova-compute"))
                #expect(moved.uuid == "10000000-0000-4000-8000-000000000005")
                #expect(moved.status == .disabled && moved.disabledReason == "bad fan" && moved.state == .up)
                let known = try await client.services().services.map(\.host)
                #expect(Set(known).isDisjoint(with: ["c1", "c2"]), "nobody comes who was not asked for")
            }
            options.environment = [
                "ROLLCALL_DATABASE_FALLBACK_URL": "mariadb://root@127.0.0.1:\(freePort())/\(nova)"
            ]
            let other = try Workplace()
            try await DaemonProcess.run(other, options) { daemon in
                let error = await #expect(throws: ClientError.self) {
                    try await daemon.client.sendHeartbeat(WireHeartbeat(host: "c6", binary: "nova-compute"))
                }
                #expect(error?.status == 503, "\(String(describing: error))")
                #expect(error?.error?.code == .databaseUnavailable, "\(String(describing: error))")
                let known = try await daemon.client.services().services.map(\.binary)
                #expect(!known.contains("nova-compute"), "\(known)")
            }
        }
    }

    @Test("services of a running Nova come over, are seen up while they beat there, and are audited")
    func movingInFromNova() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let server = try MariaDBServer.here()
            let nova = try await makeNova(server)
            let url = "mariadb://root@localhost/\(nova)?socket=\(server.socket)"
            var options = DaemonProcess.Options()
            options.databaseURL = try await makeDatabase(place)
            let database = ["--database-url", options.databaseURL ?? ""]

            func command(_ verb: String, _ words: [String]) throws -> SpawnedProcess {
                try SpawnedProcess(
                    Programs.daemon,
                    ["db", verb] + words + database,
                    environment: Programs.environment,
                    output: place.unique(verb)
                )
            }

            try await DaemonProcess.run(place, options) { daemon in
                let dry = try command("import-nova", ["--from", url, "--dry-run"])
                #expect(try await dry.ended() == .exited(0), "\(dry.messages)")
                #expect(dry.output.contains("to write: c20 nova-compute"), "\(dry.output)")
                let early = try command("audit", ["--against", url])
                #expect(try await early.ended() == .exited(3), "\(early.messages)")

                let endpoint = "http://127.0.0.1:\(daemon.port)"
                let words = ["--from", url, "--verify", "--follow", "--interval", "100ms", "--endpoint", endpoint]
                let follower = try command("import-nova", words)
                defer { follower.end() }
                // One beats there, the others do not.
                let name = ServiceName(host: "c3", binary: "nova-compute")
                let beat = "UPDATE \(nova).services SET report_count = report_count + 1 WHERE host = 'c3'"
                try await eventually(
                    "the one that beats in Nova is up",
                    isTrue: {
                        try await server.execute(beat)
                        return (try? await daemon.client.state(of: name).state) == .up
                    }
                )
                // The daemon learns of the others when it next looks at the log.
                let others = try await eventually("all are known") {
                    let found = try await daemon.client.services().services.filter { $0.binary == "nova-compute" }
                    return found.count == 20 ? found : nil
                }
                #expect(others.count { $0.state == .unknown } == 19)
                #expect(others.first { $0.host == "c3" }?.version == 66)

                follower.send(SIGTERM)
                #expect(try await follower.ended() == .exited(0), "\(follower.messages)")
                #expect(follower.messages.contains("caught up: "), "\(follower.messages)")
                #expect(follower.output.contains("20 equal, 0 missing, 0 different"), "\(follower.output)")

                try await server.execute("DELETE FROM \(nova).services WHERE host = 'c9'")
                let audit = try command("audit", ["--against", url, "--delete", "--format", "json"])
                #expect(try await audit.ended() == .exited(4), "\(audit.messages)")
                #expect(audit.output.contains(#""orphans":[{"binary":"nova-compute","host":"c9"}]"#), "\(audit.output)")
                let after = try command("audit", ["--against", url])
                #expect(try await after.ended() == .exited(0), "\(after.output)")
                let wrong = try command("audit", ["--against", "mysql://nowhere"])
                #expect(try await wrong.ended() == .exited(127), "\(wrong.messages)")
            }
        }
    }
}
