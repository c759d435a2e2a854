import RollcallClient
import RollcallWire
import StubDaemon
import Synchronization
import Testing

@Suite("An agent against a daemon", .timeLimit(.minutes(1)))
struct AgentTests {
    private final class Notices: Sendable {
        private let stored = Mutex<[AgentNotice]>([])
        var all: [AgentNotice] { stored.withLock { $0 } }
        func add(_ notice: AgentNotice) { stored.withLock { $0.append(notice) } }
    }

    private static func agent(_ urls: [String], interval: Double = 60, checks: Int = 0) -> Agent {
        var service = WireHeartbeat(host: "h", binary: "b")
        service.incarnation = "i"
        service.reportInterval = interval
        return Agent(service: service, endpoints: urls.compactMap(Endpoint.init), checks: checks)
    }

    @Test("it beats with growing sequences, and leaves when it is stopped")
    func beats() async throws {
        let answer: StubDaemon.Answer = { request in
            request.method == "PUT" ? Documents.entry(interval: 60, next: 0.05) : .nothing
        }
        try await StubDaemon.run(answering: answer) { stub in
            let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self)
            let notices = Notices()
            async let life: Void = Self.agent([stub.url]).run(events: events) { notices.add($0) }
            await stub.wait(forRequests: 3)
            feed.yield(.stopRequested)
            await life
            let requests = stub.requests
            let sequences = try requests.dropLast().map { request in
                try WireJSON.decode(HeartbeatOptions.self, from: .init(request.body.utf8)).sequence
            }
            // A beat that nobody answered in time may never have come here.
            let counted = sequences.compactMap { $0 }
            #expect(counted.count == sequences.count && Set(counted).count == counted.count)
            #expect(counted.allSatisfy { $0 >= 1 })
            #expect(requests.last?.line == "DELETE /v1/services/h/b/heartbeat?incarnation=i&reason=left")
            #expect(notices.all.contains(.ready))
        }
    }

    @Test("it goes to the next daemon when one hangs")
    func failsOver() async throws {
        try await StubDaemon.run(replying: .never) { hung in
            try await StubDaemon.run(replying: Documents.entry(interval: 60, next: 0.2)) { well in
                let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self)
                async let life: Void = Self.agent([hung.url, well.url], interval: 4).run(events: events) { _ in }
                await well.wait(forRequests: 2)
                feed.yield(.stopRequested)
                await life
            }
        }
    }

    @Test("it reports a failed check, and beats again when it passes")
    func reports() async throws {
        let answer: StubDaemon.Answer = { request in
            request.method == "PUT" ? Documents.entry(interval: 60, next: 60) : .nothing
        }
        try await StubDaemon.run(answering: answer) { stub in
            let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self)
            async let life: Void = Self.agent([stub.url], checks: 1).run(events: events) { _ in }
            feed.yield(.checkPassed(0))
            await stub.wait(forRequests: 1)
            feed.yield(.checkFailed(0, message: "disk full"))
            await stub.wait(forRequests: 2)
            feed.yield(.checkPassed(0))
            await stub.wait(forRequests: 3)
            feed.yield(.stopRequested)
            await life
            #expect(stub.requests.map(\.method) == ["PUT", "DELETE", "PUT", "DELETE"])
            #expect(stub.requests[1].target.contains("reason=failed&message=disk%20full"))
        }
    }

    @Test("it ends at once when its task is cancelled")
    func cancelled() async throws {
        try await StubDaemon.run(replying: .never) { stub in
            let (events, _) = AsyncStream.makeStream(of: AgentEvent.self)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await Self.agent([stub.url]).run(events: events) { _ in } }
                await stub.wait(forRequests: 1)
                group.cancelAll()
            }
        }
    }
}
