import RollcallClient
import RollcallWire
import StubDaemon
import Testing

@Suite("Fail-over between endpoints", .timeLimit(.minutes(1)))
struct FailOverTests {
    private static let name = ServiceName(host: "h", binary: "b")

    private static func client(_ urls: [String], answerTimeout: Duration = .seconds(20)) -> RollcallClient {
        var configuration = ClientConfiguration()
        configuration.answerTimeout = answerTimeout
        return RollcallClient(endpoints: urls.compactMap(Endpoint.init), configuration: configuration)
    }

    /// Asks two daemons for a state; the second says up.
    private func asked(
        first: @escaping StubDaemon.Answer,
        answerTimeout: Duration = .seconds(20)
    ) async throws -> (Result<StateReply, ClientError>, first: Int, second: Int) {
        try await StubDaemon.run(answering: first) { one in
            try await StubDaemon.run(replying: Documents.state("up", "heartbeat")) { two in
                let client = Self.client([one.url, two.url], answerTimeout: answerTimeout)
                let result: Result<StateReply, ClientError>
                do throws(ClientError) {
                    result = .success(try await client.state(of: Self.name))
                } catch {
                    result = .failure(error)
                }
                return (result, one.requests.count, two.requests.count)
            }
        }
    }

    @Test("an endpoint where nothing listens is passed over")
    func nothingListens() async throws {
        let gone = StubDaemon.nobody
        try await StubDaemon.run(replying: Documents.state("up", "heartbeat")) { stub in
            let reply = try await Self.client([gone, stub.url]).state(of: Self.name)
            #expect(reply.state == .up)
        }
    }

    @Test("an endpoint that does not answer in time is passed over")
    func silence() async throws {
        let result = try await asked(first: { _ in .never }, answerTimeout: .seconds(5))
        #expect(try result.0.get().state == .up)
        #expect(result.first == 1)
    }

    @Test("an endpoint that cannot answer now is passed over", arguments: [502, 503, 504])
    func unavailable(status: Int) async throws {
        let result = try await asked(first: { _ in .error(status, "driver_lost") })
        #expect(try result.0.get().state == .up)
        #expect(result.second == 1)
    }

    @Test("an endpoint that does not know the caller is passed over; when none does, that is the answer")
    func unknownCaller() async throws {
        let result = try await asked(first: { _ in .error(401, "unauthorized") })
        #expect(try result.0.get().state == .up)
        #expect(result.second == 1)
        try await StubDaemon.run(replying: .error(401, "unauthorized")) { stub in
            let client = Self.client([stub.url, StubDaemon.nobody])
            let error = await #expect(throws: ClientError.self) { try await client.state(of: Self.name) }
            #expect(error?.code == .notAllowed && error?.error?.code == .unauthorized)
        }
    }

    @Test("an endpoint that answers what no daemon answers is passed over", arguments: ["", "<html>", "[]", "{}"])
    func unreadable(body: String) async throws {
        let result = try await asked(first: { _ in StubReply(body) })
        #expect(try result.0.get().state == .up)
    }

    @Test(
        "unknown for a reason of the daemon's own is asked again elsewhere",
        arguments: [
            "starting", "local_pause", "backend_lost",
        ]
    )
    func ownReason(reason: String) async throws {
        let result = try await asked(first: { _ in Documents.state("unknown", reason) })
        #expect(try result.0.get().state == .up)
        #expect(result.second == 1)
    }

    @Test("unknown for another reason is the answer", arguments: ["mass_failure", "reporter_lost", "never_reported"])
    func otherReason(reason: String) async throws {
        let result = try await asked(first: { _ in Documents.state("unknown", reason) })
        #expect(try result.0.get().state == .unknown)
        #expect(result.second == 0)
    }

    @Test("when every endpoint has doubts, the first answer counts")
    func allDoubt() async throws {
        try await StubDaemon.run(replying: Documents.state("unknown", "starting")) { one in
            try await StubDaemon.run(replying: .error(503, "driver_lost")) { two in
                try await StubDaemon.run(replying: Documents.state("unknown", "local_pause")) { three in
                    let reply = try await Self.client([one.url, two.url, three.url]).state(of: Self.name)
                    #expect(reply.reason == .starting)
                    #expect(three.requests.count == 1)
                }
            }
        }
    }

    @Test(
        "a refusal is the answer, with its code",
        arguments: [
            (400, "malformed", ClientError.Code.refused),
            (403, "forbidden", .notAllowed),
            (404, "no_such_service", .noSuchService), (404, "not_found", .unreadableReply),
            (409, "edit_conflict", .refused),
            (410, "service_deleted", .refused),
            (500, "internal", .refused),
        ]
    )
    func refusal(status: Int, word: String, code: ClientError.Code) async throws {
        let result = try await asked(first: { _ in .error(status, word, "because") })
        #expect(result.second == 0)
        guard case .failure(let error) = result.0 else {
            Issue.record("it was no error")
            return
        }
        #expect(error.code == code)
        #expect(error.status == status)
        #expect(error.error?.code.rawValue == word)
        #expect(error.message.contains("because"))
    }

    @Test("no endpoint answering is one error that names each")
    func nobody() async throws {
        let gone = StubDaemon.nobody
        try await StubDaemon.run(replying: .error(503, "driver_lost", "lost")) { stub in
            let client = Self.client([gone, stub.url])
            let error = await #expect(throws: ClientError.self) { try await client.state(of: Self.name) }
            #expect(error?.code == .noAnswer)
            #expect(error?.error?.code == .driverLost)
            #expect(error?.message.contains(gone) == true)
            #expect(error?.message.contains(stub.url) == true)
        }
    }

    @Test("the endpoint that answered last is asked first next time")
    func sticky() async throws {
        try await StubDaemon.run(replying: .error(503, "driver_lost")) { one in
            try await StubDaemon.run(replying: Documents.state("up", "heartbeat")) { two in
                let client = Self.client([one.url, two.url])
                for _ in 1...3 { _ = try await client.state(of: Self.name) }
                #expect(one.requests.count == 1)
                #expect(two.requests.count == 3)
            }
        }
    }

    @Test("a redirect is not followed")
    func redirect() async throws {
        try await StubDaemon.run(replying: StubReply(status: 302, "")) { stub in
            let error = await #expect(throws: ClientError.self) {
                try await Self.client([stub.url]).state(of: Self.name)
            }
            #expect(error?.code == .unreadableReply)
        }
    }
}
