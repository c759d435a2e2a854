import RollcallClient
import RollcallWire
import StubDaemon
import Testing

@Suite("Calls as the contract writes them", .timeLimit(.minutes(1)))
struct CallTests {
    private typealias Call = @Sendable (RollcallClient) async throws -> Void

    private static let odd = ServiceName(host: "a b/c?%", binary: "..")
    private static let calls: [(String, Call)] = [
        ("POST /v1/heartbeats", { _ = try await $0.sendHeartbeats(HeartbeatsRequest(heartbeats: [])) }),
        (
            "POST /v1/heartbeats?reply=brief",
            { _ = try await $0.sendHeartbeats(HeartbeatsRequest(heartbeats: []), brief: true) }
        ),
        (
            "PUT /v1/services/h/b/heartbeat",
            { _ = try await $0.sendHeartbeat(WireHeartbeat(host: "h", binary: "b")) }
        ),
        (
            "DELETE /v1/services/h/b/heartbeat?worker=w&incarnation=i&reason=failed&message=killed%20by%20signal%209",
            {
                try await $0.leave(
                    ServiceName(host: "h", binary: "b"),
                    worker: "w",
                    incarnation: "i",
                    reason: .failed,
                    message: "killed by signal 9"
                )
            }
        ),
        ("POST /v1/services", { _ = try await $0.createService(ServiceCreation(host: "h", binary: "b")) }),
        ("GET /v1/services", { _ = try await $0.services() }),
        (
            "GET /v1/services?host=h&host=i&zone=z&state=up&unknown_as=last&limit=5&marker=m",
            {
                var query = ServiceQuery()
                query.hosts = ["h", "i"]
                query.zones = ["z"]
                query.states = [.up]
                query.unknownAs = .last
                query.limit = 5
                query.marker = "m"
                _ = try await $0.services(query)
            }
        ),
        ("GET /v1/services/u", { _ = try await $0.service(uuid: "u") }),
        ("PATCH /v1/services/u", { _ = try await $0.edit("u", ServicePatch()) }),
        ("DELETE /v1/services/u", { try await $0.deleteService(uuid: "u") }),
        ("GET /v1/services/a%20b%2Fc%3F%25/%2E%2E/state", { _ = try await $0.state(of: odd) }),
        ("POST /v1/states", { _ = try await $0.states(StatesRequest(services: [odd])) }),
        ("GET /v1/services/u/explanation", { _ = try await $0.explanation(uuid: "u") }),
        ("GET /v1/services/u/history", { _ = try await $0.history(uuid: "u") }),
        ("GET /v1/groups", { _ = try await $0.groups() }),
        ("GET /v1/groups/t/up?zone=z", { _ = try await $0.hostsUp(topic: "t", zone: "z") }),
        ("GET /v1/groups/t%2Fu/up?unknown_as=up", { _ = try await $0.servicesUp(topic: "t/u", unknownAs: .up) }),
        (
            "GET /v1/transitions?since=7&log_id=l&wait=0.5&limit=3",
            { _ = try await $0.transitions(since: 7, of: "l", wait: .milliseconds(500), limit: 3) }
        ),
        ("GET /v1/versions/b?state=up", { _ = try await $0.versions(of: "b", states: [.up]) }),
        (
            "GET /v1/versions/b?state=up&state=unknown&limit=4",
            { _ = try await $0.versions(of: "b", states: [.up, .unknown], limit: 4) }
        ),
        ("GET /v1/daemons", { _ = try await $0.daemons() }),
        ("POST /v1/daemons/a%2Fb/retire", { _ = try await $0.retireDaemon("a/b") }),
        ("GET /v1/drivers", { _ = try await $0.drivers() }),
        ("GET /v1/brake", { _ = try await $0.brakes() }),
        ("POST /v1/brake/release", { _ = try await $0.releaseBrake("compute/nova") }),
        ("GET /readyz?strict=true", { _ = try await $0.readiness(strict: true) }),
    ]

    @Test("each call is its line", arguments: calls.indices)
    func line(index: Int) async throws {
        let (line, call) = Self.calls[index]
        // Whatever the answer, what was asked is what counts here.
        try await StubDaemon.run(replying: .error(409, "edit_conflict")) { stub in
            let client = RollcallClient(endpoints: [stub.url].compactMap(Endpoint.init))
            await #expect(throws: ClientError.self) { try await call(client) }
            let request = try #require(stub.requests.first)
            #expect(request.line == line)
            #expect(request.headers["rollcall-api-version"] == "1.0")
            #expect(request.body.isEmpty == (request.headers["content-type"] == nil))
        }
    }

    @Test("an edit carries the tag it must match")
    func tag() async throws {
        let answer: StubDaemon.Answer = { request in
            request.method == "GET"
                ? StubReply(#"{"uuid":"u","host":"h","binary":"b"}"#, tag: #""7""#) : .error(409, "edit_conflict")
        }
        try await StubDaemon.run(answering: answer) { stub in
            let client = RollcallClient(endpoints: [stub.url].compactMap(Endpoint.init))
            let seen = try await client.service(uuid: "u")
            #expect(seen.tag == #""7""#)
            let error = await #expect(throws: ClientError.self) {
                try await client.edit("u", ServicePatch(), ifMatch: seen.tag)
            }
            #expect(error?.error?.code == .editConflict)
            #expect(stub.requests.last?.headers["if-match"] == #""7""#)
        }
    }

    @Test("a list of 20,000 services is read in seconds")
    func longList() async throws {
        let one = #"{"uuid":"u","host":"h","binary":"b","state":"up","state_reason":"heartbeat","later":1}"#
        let body =
            #"{"services":["# + Array(repeating: one, count: 20_000).joined(separator: ",")
            + #"],"revision":1,"log_id":"l","next_marker":null}"#
        try await StubDaemon.run(replying: StubReply(body)) { stub in
            let client = RollcallClient(endpoints: [stub.url].compactMap(Endpoint.init))
            let reply = try await client.services()
            #expect(reply.services.count == 20_000)
            #expect(reply.services.last?.unknownFields == ["later": 1])
        }
    }

    @Test(
        "an address is one, or not",
        arguments: [
            ("http://127.0.0.1:8790/", "http://127.0.0.1:8790"), ("node1:8790", "http://node1:8790"),
            ("https://[::1]:8790", "https://[::1]:8790"),
            ("http+unix://%2Frun%2Frollcall", "http+unix://%2Frun%2Frollcall"),
            ("unix:///run/a b/rollcall.sock", "http+unix://%2Frun%2Fa%20b%2Frollcall.sock"),
            ("unix://run", nil), ("unix:///", nil),
            ("", nil), ("http://", nil), ("ftp://h", nil), ("http://h?x", nil), ("http://u@h", nil),
            ("http://h:0", nil),
            ("http://h:65536", nil), ("http://h ost", nil),
        ] as [(String, String?)]
    )
    func endpoints(text: String, url: String?) {
        #expect(Endpoint(text)?.url == url)
    }

    @Test("a socket of this machine is shown as it was written")
    func shownSocket() {
        #expect(Endpoint("unix:///run/a b/r.sock")?.description == "unix:///run/a b/r.sock")
    }
}
