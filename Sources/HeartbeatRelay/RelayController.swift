import Addresses
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallClient
import RollcallWire
import Synchronization

/// What a relay answers.
///
/// Heartbeats are gathered; departures and an agent's questions about its own service are passed on one by one.
final class RelayController: Sendable {
    /// Calls that are passed on one by one, at a time.
    private static let mostSingle = 32
    /// Bytes of bodies that are being received, at a time.
    private static let mostReceived = 64 << 20
    /// A body must have come whole this long after its head.
    private static let bodyTime = Duration.seconds(10)

    private let gatherer: Gatherer
    private let client: RollcallClient
    private let singleCount = Mutex(0)
    private let receivedBytes = Mutex(0)

    init(gatherer: Gatherer, client: RollcallClient) {
        self.gatherer = gatherer
        self.client = client
    }

    func addRoutes(to router: Router<RelayContext>) {
        router.get("healthz") { _, _ in Response.json(Array(#"{"alive":true}"#.utf8)) }
        router.post("v1/heartbeats", use: receiveMany)
        router.put("v1/services/{host}/{binary}/heartbeat", use: receiveOne)
        router.delete("v1/services/{host}/{binary}/heartbeat", use: depart)
        router.get("v1/services", use: inquire)
        router.get("v1/services/{host}/{binary}/state", use: ask)
    }

    // MARK: Heartbeats

    /// A brief answer is given whole: what has changed for a service only a daemon knows.
    @Sendable private func receiveMany(_ request: Request, _ context: RelayContext) async throws -> Response {
        let document = try RelayDocument.many(try await body(of: request))
        return try .document(try await share(of: document).document)
    }

    @Sendable private func receiveOne(_ request: Request, _ context: RelayContext) async throws -> Response {
        let (host, binary) = (try context.capture("host"), try context.capture("binary"))
        let document = try RelayDocument.one(try await body(of: request), host: host, binary: binary)
        return try .document(try await share(of: document).entry.get())
    }

    private func share(of document: RelayDocument) async throws(RelayRefusal) -> RelayShare {
        switch await gatherer.gather(document) {
        case .share(let share): return share
        case .refused(let refusal): throw refusal
        }
    }

    /// The whole body, for as long as one may take; room for it is held before the first of it is read.
    private func body(of request: Request) async throws -> [UInt8] {
        let stated = request.headers[.contentLength].flatMap { Int($0) } ?? WireLimits.bodyBytes
        let room = min(max(stated, 0), WireLimits.bodyBytes)
        let isRoom = receivedBytes.withLock { bytes in
            guard bytes + room <= Self.mostReceived else { return false }
            bytes += room
            return true
        }
        guard isRoom else { throw RelayRefusal.full }
        defer { receivedBytes.withLock { $0 -= room } }
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                do {
                    let bytes = try await body.collect(upTo: WireLimits.bodyBytes)
                    return Array(bytes.readableBytesView)
                } catch is NIOTooManyBytesError {
                    throw RelayRefusal.tooLarge
                }
            }
            group.addTask {
                try await Task.sleep(for: Self.bodyTime)
                throw RelayRefusal(408, .malformed, "the body did not come whole within \(Self.bodyTime)")
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next() else { throw CancellationError() }
            return bytes
        }
    }

    // MARK: One by one

    @Sendable private func depart(_ request: Request, _ context: RelayContext) async throws -> Response {
        let (host, binary) = (try context.capture("host"), try context.capture("binary"))
        let query = try parameters(of: request, ["worker", "incarnation", "reason", "message"])
        return try await passOn(PassedCall(.delete, ["v1", "services", host, binary, "heartbeat"], query: query))
    }

    /// Of the lists that daemons give, the one of a single service.
    @Sendable private func inquire(_ request: Request, _ context: RelayContext) async throws -> Response {
        let query = try parameters(of: request, ["host", "binary"])
        guard query.map(\.name).sorted() == ["binary", "host"] else { throw RelayRefusal.notRelayed }
        return try await passOn(PassedCall(.get, ["v1", "services"], query: query))
    }

    @Sendable private func ask(_ request: Request, _ context: RelayContext) async throws -> Response {
        let (host, binary) = (try context.capture("host"), try context.capture("binary"))
        let query = try parameters(of: request, ["unknown_as"])
        return try await passOn(PassedCall(.get, ["v1", "services", host, binary, "state"], query: query))
    }

    private func parameters(
        of request: Request,
        _ known: Set<String>
    ) throws(RelayRefusal) -> [(name: String, value: String)] {
        guard let parameters = PercentDecoding.parameters(request.uri.query ?? "") else {
            throw .malformed("the query has a '%' that encodes no character")
        }
        return parameters.filter { known.contains($0.name) }
    }

    private func passOn(_ call: PassedCall) async throws -> Response {
        let isRoom = singleCount.withLock { count in
            guard count < Self.mostSingle else { return false }
            count += 1
            return true
        }
        guard isRoom else { throw RelayRefusal.full }
        defer { singleCount.withLock { $0 -= 1 } }
        do throws(ClientError) {
            let reply = try await client.passOn(call)
            guard !reply.body.isEmpty else { return Response(status: HTTPResponse.Status(code: reply.status)) }
            return .json(reply.body, status: HTTPResponse.Status(code: reply.status))
        } catch {
            throw RelayRefusal(error)
        }
    }
}
