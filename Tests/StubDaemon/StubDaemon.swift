import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A server on a free port of the loopback that answers what a test says, and remembers what it was asked.
package final class StubDaemon: Sendable {
    /// What a test answers with.
    package typealias Answer = @Sendable (StubRequest) async throws -> StubReply

    private let answer: Answer
    private let state = Mutex(State())

    private struct State {
        var port = 0
        var requests: [StubRequest] = []
        var waiters: [Waiter] = []
        var lastWaiterID = 0
        var isStopping = false
        var hanging: [CheckedContinuation<Void, Never>] = []
    }

    /// Someone who waits until the requests are as they want them.
    private struct Waiter {
        var id: Int
        var isSatisfied: @Sendable ([StubRequest]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private init(answer: @escaping Answer) {
        self.answer = answer
    }

    /// The address of the server.
    package var url: String { "http://127.0.0.1:\(state.withLock { $0.port })" }

    /// What it was asked so far.
    package var requests: [StubRequest] { state.withLock { $0.requests } }

    /// Waits until it was asked so often.
    package func wait(forRequests count: Int) async {
        await wait(until: { $0.count >= count })
    }

    /// Waits until it was asked something like this.
    package func wait(for isWanted: @escaping @Sendable (StubRequest) -> Bool) async {
        await wait(until: { $0.contains(where: isWanted) })
    }

    /// Waits until what it was asked is like this, or the test's time is over.
    package func wait(until isSatisfied: @escaping @Sendable ([StubRequest]) -> Bool) async {
        let id = state.withLock { state in
            state.lastWaiterID += 1
            return state.lastWaiterID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if isSatisfied(state.requests) || Task.isCancelled { return true }
                    state.waiters.append(Waiter(id: id, isSatisfied: isSatisfied, continuation: continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }

    /// Runs a server while `body` runs, both on threads of their own.
    package static func run<Result: Sendable>(
        answering answer: @escaping Answer,
        _ body: @Sendable (StubDaemon) async throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(StubExecutor.shared) {
            try await runHere(answering: answer, body)
        }
    }

    private static func runHere<Result: Sendable>(
        answering answer: @escaping Answer,
        _ body: @Sendable (StubDaemon) async throws -> Result
    ) async throws -> Result {
        let stub = StubDaemon(answer: answer)
        let (running, started) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "stub")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await stub.respond(to: request)
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                started.yield(channel.localAddress?.port ?? 0)
                started.finish()
            },
            logger: logger
        )
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: application)], logger: logger)
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            for await port in running { stub.state.withLock { $0.port = port } }
            let outcome: Swift.Result<Result, any Error>
            do {
                outcome = .success(try await body(stub))
            } catch {
                outcome = .failure(error)
            }
            // Gracefully: a cancelled server traps when a connection comes in at that moment.
            stub.letGo()
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return try outcome.get()
        }
    }

    /// Runs a server that always answers the same while `body` runs.
    package static func run<Result: Sendable>(
        replying reply: StubReply,
        _ body: @Sendable (StubDaemon) async throws -> Result
    ) async throws -> Result {
        let answer: Answer = { _ in reply }
        return try await run(answering: answer, body)
    }

    /// Waits until the test is over: what a daemon that hangs does.
    private func hang() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isStopping { state.hanging.append(continuation) }
                return state.isStopping
            }
            if isOver { continuation.resume() }
        }
    }

    private func letGo() {
        let hanging = state.withLock { state in
            state.isStopping = true
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }

    private func respond(to request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 24)
        let asked = StubRequest(
            method: request.method.rawValue,
            target: request.uri.string,
            headers: Dictionary(
                request.headers.map { ($0.name.canonicalName, $0.value) },
                uniquingKeysWith: { first, _ in first }
            ),
            body: String(buffer: body)
        )
        let satisfied = state.withLock { state in
            state.requests.append(asked)
            let requests = state.requests
            let ready = state.waiters.filter { $0.isSatisfied(requests) }
            state.waiters.removeAll { $0.isSatisfied(requests) }
            return ready
        }
        for waiter in satisfied { waiter.continuation.resume() }
        let reply = try await answer(asked)
        if reply.isHanging { await hang() }
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        if let tag = reply.tag { headers[.eTag] = tag }
        for (name, value) in reply.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: .init(code: reply.status),
            headers: headers,
            body: reply.status == 204 ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        )
    }
}
