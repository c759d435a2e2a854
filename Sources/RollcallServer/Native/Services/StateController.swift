import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// Who is up: one service, or thousands at once; and why.
///
/// Most questions about one service are plain enough for `ShortWay`, and do not come here.
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
        guard let answer = engine.board.stateAnswer(host: name.host, binary: name.binary) else {
            throw APIError.noSuchService("\(name.binary) on \(name.host)")
        }
        return Reply.json(answer.reply(reading: reading, at: engine.now))
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
            json.raw(",")
            if let answer = board.stateAnswer(host: name.host, binary: name.binary) {
                answer.write(reading: reading, at: now, to: &json)
            } else {
                json.raw("\"state\":null,\"reason\":null,\"age\":null")
            }
            json.raw("}")
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
