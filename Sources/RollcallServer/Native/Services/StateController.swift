import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// Who is up: one service, or thousands at once; and why.
struct StateController {
    let engine: LivenessEngine

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/services/{key}/{binary}/state", use: state)
        router.post("v1/states", use: states)
        router.get("v1/services/{key}/explanation", use: explain)
        router.get("v1/services/{key}/history", use: history)
    }

    @Sendable private func state(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let name = try context.serviceName()
        let reading = request.uri.query == nil ? nil : try QueryParameters(request).unknownReading()
        let board = engine.board
        guard let service = board.find(host: name.host, binary: name.binary), board.isListed(service) else {
            throw APIError.noSuchService("\(name.binary) on \(name.host)")
        }
        let verdict = board.standings[Int(service)].verdict
        var json = JSONWriter(capacity: 96)
        json.raw("{\"state\":")
        json.word(verdict.state(reading: reading).word)
        json.raw(",\"reason\":")
        json.word(verdict.reason.word)
        json.raw(",\"age\":")
        write(board.lastHeard(of: service), at: engine.now, to: &json)
        json.raw("}")
        return Reply.json(json.bytes)
    }

    private func write(_ lastHeard: Instant?, at now: Instant, to json: inout JSONWriter) {
        if let lastHeard { json.milliseconds(max(.zero, now - lastHeard)) } else { json.raw("null") }
    }

    @Sendable private func states(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let body = try await request.wholeBody()
        let bytesOfReply = try await OffLoop.run { try render(Array(buffer: body)) }
        return Reply.json(bytesOfReply)
    }

    private func render(_ body: [UInt8]) throws -> [UInt8] {
        let question = try APIError.decode(StatesRequest.self, from: body)
        guard question.services.count <= WireLimits.statesPerCall else {
            throw APIError(
                .contentTooLarge,
                .tooLarge,
                "more than \(WireLimits.statesPerCall) services in one call",
                detail: ["limit": .integer(Int64(WireLimits.statesPerCall))]
            )
        }
        let reading: UnknownReading?
        if let word = question.unknownAs?.rawValue {
            reading = try QueryParameters.unknownReading(word)
        } else {
            reading = nil
        }
        let board = engine.board
        let now = engine.now
        var json = JSONWriter(capacity: question.services.count * 128 + 16)
        json.raw("{\"states\":[")
        for (position, name) in question.services.enumerated() {
            json.raw(position == 0 ? "{\"host\":" : ",{\"host\":")
            json.text(name.host)
            json.raw(",\"binary\":")
            json.text(name.binary)
            if let service = board.find(host: name.host, binary: name.binary), board.isListed(service) {
                let verdict = board.standings[Int(service)].verdict
                json.raw(",\"state\":")
                json.word(verdict.state(reading: reading).word)
                json.raw(",\"reason\":")
                json.word(verdict.reason.word)
                json.raw(",\"age\":")
                write(board.lastHeard(of: service), at: now, to: &json)
                json.raw("}")
            } else {
                json.raw(",\"state\":null,\"reason\":null,\"age\":null}")
            }
        }
        json.raw("]}")
        return json.bytes
    }

    // MARK: Why

    @Sendable private func explain(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let uuid = try context.uuid()
        guard let service = engine.board.find(uuid), let explanation = engine.explanation(of: service) else {
            throw APIError.noSuchService(uuid.description)
        }
        return try Reply.document(ExplanationReply(explanation))
    }

    @Sendable private func history(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let uuid = try context.uuid()
        let limit = try QueryParameters(request).integer("limit", in: 1...10_000) ?? 1_000
        let transitions = try await engine.history(of: uuid, limit: Int(limit))
        guard !transitions.isEmpty || engine.board.find(uuid) != nil else {
            throw APIError.noSuchService(uuid.description)
        }
        return try await OffLoop.run {
            try Reply.document(HistoryReply(transitions: transitions.map(WireTransition.init)))
        }
    }
}
