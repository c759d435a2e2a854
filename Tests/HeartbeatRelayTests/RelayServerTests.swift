import Addresses
import Foundation
import RollcallClient
import RollcallWire
import StubDaemon
import Synchronization
import Testing

@testable import HeartbeatRelay

@Suite("A relay between reporters and a daemon", .timeLimit(.minutes(1)))
struct RelayServerTests {
    /// What a daemon answers: each heartbeat but those of `refused` is accepted.
    private static let daemon: StubDaemon.Answer = { request in
        guard request.method == "POST" else { return .nothing }
        let call = try WireJSON.decode(HeartbeatsRequest.self, from: .init(request.body.utf8))
        var reply = HeartbeatsReply(accepted: 0, services: [], rejected: [])
        for (index, heartbeat) in call.heartbeats.enumerated() {
            if heartbeat.host == "refused" {
                reply.rejected.append(HeartbeatRejection(index: index, code: .staleIncarnation, message: "replaced"))
            } else {
                let uuid = "uuid-of-\(heartbeat.host)"
                reply.services.append(
                    HeartbeatEntry(index: index, host: heartbeat.host, binary: heartbeat.binary, uuid: uuid)
                )
            }
        }
        reply.accepted = reply.services.count
        return StubReply(String(decoding: try WireJSON.encode(reply), as: UTF8.self))
    }

    @Test("an address that the system refuses is named, with the reason")
    func refusedAddress() async throws {
        let relay = HeartbeatRelay(
            settings: RelaySettings(address: .socket(path: "/no/such/directory/relay.sock"), host: "r1"),
            client: RollcallClient(endpoints: [])
        )
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        defer { stop.finish() }
        let error = await #expect(throws: HeartbeatRelay.CannotListen.self) {
            try await relay.run(until: stops) { _ in }
        }
        let words = "cannot listen on unix:/no/such/directory/relay.sock: its directory is not there"
        #expect(error?.description == words)
    }

    /// Runs a relay on the host `r1` while `body` runs.
    private static func relay(
        to endpoints: [String],
        at address: RelayAddress = .network(ListenAddress(host: "127.0.0.1", port: 0)),
        gather: Duration = .milliseconds(20),
        token: String? = nil,
        answerTimeout: Duration = .seconds(2),
        lastTryAfter: Duration? = nil,
        mostConnections: Int = 512,
        _ body: @escaping @Sendable (Endpoint) async throws -> Void
    ) async throws {
        var settings = RelaySettings(address: address, host: "r1")
        settings.gather = gather
        settings.token = token.flatMap { RelayToken($0) }
        var configuration = ClientConfiguration()
        configuration.relay = settings.host
        configuration.answerTimeout = answerTimeout
        configuration.lastTryAfter = lastTryAfter
        settings.mostConnections = mostConnections
        let client = RollcallClient(endpoints: endpoints.compactMap(Endpoint.init), configuration: configuration)
        let relay = HeartbeatRelay(settings: settings, client: client)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let (addresses, listening) = AsyncStream.makeStream(of: RelayAddress.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await relay.run(until: stops) { listening.yield($0) }
            }
            group.addTask {
                defer { stop.finish() }
                for await address in addresses {
                    let endpoint = try #require(Endpoint(Self.url(of: address)))
                    try await body(endpoint)
                    return
                }
            }
            try await group.waitForAll()
        }
    }

    private static func url(of address: RelayAddress) -> String {
        switch address {
        case .network: "http://\(address)"
        case .socket(let path): "unix://\(path)"
        }
    }

    private func reporter(_ relay: Endpoint, token: String? = nil) -> RollcallClient {
        var configuration = ClientConfiguration()
        // What is looked at is the relay's answer, however busy the machine is.
        configuration.answerTimeout = .seconds(30)
        configuration.credential = token.flatMap { Credential(token: $0) }
        return RollcallClient(endpoints: [relay], configuration: configuration)
    }

    private func refusal<Value>(_ call: () async throws -> Value) async -> ClientError? {
        do {
            _ = try await call()
            return nil
        } catch {
            return error as? ClientError
        }
    }

    @Test("calls that come together are one call to the daemon, which names the relay, and each has its own answer")
    func gathered() async throws {
        try await StubDaemon.run(answering: Self.daemon) { stub in
            try await Self.relay(to: [stub.url], gather: .milliseconds(500)) { relay in
                let client = reporter(relay)
                let many = HeartbeatsRequest(
                    heartbeats: ["a", "refused", "c"].map { WireHeartbeat(host: $0, binary: "b") }
                )
                async let first = client.sendHeartbeats(many)
                async let second = client.sendHeartbeat(WireHeartbeat(host: "d", binary: "b"))
                let (reply, entry) = try await (first, second)
                #expect(reply.accepted == 2)
                #expect(reply.services.map(\.uuid) == ["uuid-of-a", "uuid-of-c"])
                #expect(reply.services.map(\.index) == [0, 2])
                #expect(reply.rejected.map(\.index) == [1] && reply.rejected.map(\.code) == [.staleIncarnation])
                #expect(entry.uuid == "uuid-of-d" && entry.index == 0)
            }
            let calls = stub.requests
            #expect(calls.allSatisfy { $0.headers["rollcall-relay"] == "r1" && $0.line == "POST /v1/heartbeats" })
            #expect(calls.count <= 2)
        }
    }

    @Test("a single heartbeat that is rejected has the status and the words that it has at a daemon")
    func rejected() async throws {
        try await StubDaemon.run(answering: Self.daemon) { stub in
            try await Self.relay(to: [stub.url]) { relay in
                let error = await refusal {
                    try await reporter(relay).sendHeartbeat(WireHeartbeat(host: "refused", binary: "b"))
                }
                #expect(error?.status == 409 && error?.error?.code == .staleIncarnation)
                #expect(error?.error?.message == "replaced")
            }
        }
    }

    @Test("where no daemon answers, reporters are sent to their next endpoint")
    func noDaemon() async throws {
        try await Self.relay(to: [StubDaemon.nobody]) { relay in
            let error = await refusal {
                try await reporter(relay).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
            }
            #expect(error?.status == 503 && error?.error?.code == .driverLost)
        }
        // That a relay may not report says nothing of who reports to it.
        for (status, code) in [(401, "unauthorized"), (403, "forbidden"), (429, "too_many_requests")] {
            try await StubDaemon.run(replying: .error(status, code)) { stub in
                try await Self.relay(to: [stub.url]) { relay in
                    let error = await refusal {
                        try await reporter(relay).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                    }
                    #expect(error?.status == 503)
                }
            }
        }
    }

    @Test("what was held up at one daemon goes to no other any more")
    func heldUp() async throws {
        try await StubDaemon.run(replying: .never) { hanging in
            try await StubDaemon.run(answering: Self.daemon) { stub in
                try await Self.relay(
                    to: [hanging.url, stub.url],
                    answerTimeout: .milliseconds(100),
                    lastTryAfter: .milliseconds(50)
                ) { relay in
                    let error = await refusal {
                        try await reporter(relay).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                    }
                    #expect(error?.status == 503)
                }
                #expect(stub.requests.isEmpty)
            }
        }
    }

    @Test("whoever comes when it has all the connections it takes is turned away, and not kept waiting")
    func crowded() async throws {
        try await StubDaemon.run(answering: Self.daemon) { stub in
            try await Self.relay(to: [stub.url], mostConnections: 0) { relay in
                let error = await refusal {
                    try await reporter(relay).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                }
                #expect(error?.code == .noAnswer)
            }
            #expect(stub.requests.isEmpty)
        }
    }

    @Test("departures and an agent's questions are passed on one by one, and nothing else is")
    func single() async throws {
        let service = #"{"services":[],"revision":1,"log_id":"x","next_marker":null}"#
        let answer: StubDaemon.Answer = { request in
            switch request.method {
            case "DELETE": request.path.contains("gone") ? .error(404, "no_such_service") : .nothing
            default: StubReply(service)
            }
        }
        try await StubDaemon.run(answering: answer) { stub in
            try await Self.relay(to: [stub.url]) { relay in
                let client = reporter(relay)
                let name = ServiceName(host: "h 1", binary: "b")
                try await client.leave(name, incarnation: "i", reason: .failed, message: "why & how")
                let gone = await refusal { try await client.leave(ServiceName(host: "gone", binary: "b")) }
                #expect(gone?.code == .noSuchService && gone?.status == 404)
                let unknown = await refusal { try await client.service(named: name) }
                #expect(unknown?.code == .noSuchService)
                let before = stub.requests
                #expect(await refusal { try await client.services() }?.status == 404)
                let creation = ServiceCreation(host: "h", binary: "b")
                #expect(await refusal { try await client.createService(creation) }?.status == 404)
                #expect(stub.requests == before)
                #expect(
                    before.map(\.line) == [
                        "DELETE /v1/services/h%201/b/heartbeat?incarnation=i&reason=failed&message=why%20%26%20how",
                        "DELETE /v1/services/gone/b/heartbeat?reason=left",
                        "GET /v1/services?host=h%201&binary=b",
                    ]
                )
                #expect(before.allSatisfy { $0.headers["rollcall-relay"] == nil })
            }
        }
    }

    @Test("where a token is asked for, nobody without it gets through")
    func token() async throws {
        let token = "0123456789abcdef0123"
        try await StubDaemon.run(answering: Self.daemon) { stub in
            try await Self.relay(to: [stub.url], token: token) { relay in
                for wrong in [nil, "0123456789abcdef0124"] {
                    let error = await refusal {
                        try await reporter(relay, token: wrong).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                    }
                    #expect(error?.status == 401)
                }
                #expect(stub.requests.isEmpty)
                let entry = try await reporter(relay, token: token).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                #expect(entry.uuid == "uuid-of-h")
            }
        }
    }

    @Test("it listens on a socket of this machine as well, and replaces a file that a killed one left, and no other")
    func socket() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "relay-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "s").path
        try await StubDaemon.run(answering: Self.daemon) { stub in
            for _ in 0..<2 {
                try await Self.relay(to: [stub.url], at: .socket(path: path)) { relay in
                    let entry = try await reporter(relay).sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
                    #expect(entry.uuid == "uuid-of-h")
                    #expect(throws: SocketFile.Unusable.self) { try SocketFile.claim(path) }
                }
            }
        }
        let file = folder.appending(path: "file").path
        try "words".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(throws: SocketFile.Unusable.self) { try SocketFile.claim(file) }
    }

    @Test("an agent beats through a relay as it does at a daemon, and leaves")
    func agent() async throws {
        try await StubDaemon.run(answering: Self.daemon) { stub in
            try await Self.relay(to: [stub.url]) { relay in
                var service = WireHeartbeat(host: "h", binary: "b")
                service.incarnation = "i"
                let agent = Agent(service: service, endpoints: [relay])
                let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self)
                async let life: Void = agent.run(events: events) { notice in
                    if notice == .ready { feed.yield(.stopRequested) }
                }
                await life
            }
            #expect(stub.requests.map(\.method) == ["POST", "DELETE"])
        }
    }
}
