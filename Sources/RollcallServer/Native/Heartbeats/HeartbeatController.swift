import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire

/// `POST /v1/heartbeats` and `…/heartbeat`: bytes in, a batch to the engine, bytes out.
///
/// Most calls are plain enough for `ShortWay`, and do not come here.
struct HeartbeatController {
    let engine: LivenessEngine
    let audit: AuditLog
    let datagrams: DatagramPort

    func addRoutes(to router: Router<RollcallContext>) {
        router.post("v1/heartbeats", use: receiveMany)
        router.put("v1/services/{key}/{binary}/heartbeat", use: receiveOne)
        router.delete("v1/services/{key}/{binary}/heartbeat", use: depart)
    }

    @Sendable private func receiveMany(_ request: Request, _ context: RollcallContext) async throws -> Response {
        if let call = try context.connection?.takeCall() { return try await settle(call) }
        let isBrief = request.uri.query != nil ? try Self.isBrief(request) : false
        let relay = try relay(of: request, context)
        let body = try await request.wholeBody()
        let answer: @Sendable () async throws -> Response = {
            let document = try HeartbeatScanner.scan(Array(buffer: body))
            return try await settle(meet(document, through: relay, answering: isBrief ? .news : .all, context))
        }
        let isLong = body.readableBytes > ShortWay.longestBody
        return isLong ? try await OffLoop.run(answer) : try await answer()
    }

    /// What remains of a call that has met the roster.
    private func settle(_ call: HeartbeatCall) async throws -> Response {
        let reply = await engine.intake.settle(call.meeting, of: call.batch, answering: call.scope)
        try await checkEnds(reply, isDurable: call.isDurable)
        return answer(HeartbeatReplyWriter.render(call.batch, reply))
    }

    /// The relay through which a call came.
    private func relay(of request: Request, _ context: RollcallContext) throws(APIError) -> Relay {
        do throws(APIError) {
            return try Relay(of: request.headers, sentBy: context.identity)
        } catch {
            if error.status == .forbidden {
                audit.refused(by: context.caller, "heartbeat", error.error.message, lacking: .scope)
            }
            throw error
        }
    }

    private func meet(
        _ document: HeartbeatDocument,
        through relay: Relay,
        answering scope: Intake.AnswerScope,
        _ context: RollcallContext
    ) -> HeartbeatCall {
        let document = document.admitted(context.identity) {
            audit.refused(by: context.caller, "heartbeat", $0, lacking: .scope)
        }
        let call = HeartbeatCall.meeting(document, through: relay, answering: scope, engine.intake)
        context.connection?.applied()
        return call
    }

    private static func isBrief(_ request: Request) throws -> Bool {
        switch try QueryParameters(request)["reply"] {
        case nil, "full": false
        case "brief": true
        default: throw APIError.malformed("reply is not full or brief", field: "reply")
        }
    }

    @Sendable private func receiveOne(_ request: Request, _ context: RollcallContext) async throws -> Response {
        if let call = try context.connection?.takeCall() { return try await settleOne(call) }
        let name = try context.serviceName()
        let relay = try relay(of: request, context)
        let document = try HeartbeatScanner.scan(
            Array(buffer: try await request.wholeBody()),
            host: name.host.utf8,
            binary: name.binary.utf8
        )
        return try await settleOne(meet(document, through: relay, answering: .all, context))
    }

    /// What remains of a call with one heartbeat that has met the roster.
    private func settleOne(_ call: HeartbeatCall) async throws -> Response {
        let reply = await engine.intake.settle(call.meeting, of: call.batch)
        if let outcome = reply.outcomes.first, case .rejected(let rejection) = outcome.kind {
            throw APIError(rejection, call.batch.flawMessage(at: 0) ?? rejection.message)
        }
        try await checkEnds(reply, isDurable: call.isDurable)
        guard let bytes = HeartbeatReplyWriter.renderOne(call.batch, reply) else {
            throw APIError(.serviceUnavailable, .unavailable, "the service is gone again").retrying(after: 1)
        }
        return answer(bytes)
    }

    private func answer(_ bytes: [UInt8]) -> Response {
        var response = Reply.json(bytes)
        if let port = datagrams.current { response.headers[.datagramPort] = String(port) }
        return response
    }

    /// What makes a reply an error although the heartbeats count.
    private func checkEnds(_ reply: Intake.Reply, isDurable: Bool) async throws {
        if reply.isBackendLost { throw APIError.driverLost }
        if isDurable, await !engine.flushed(reply.outcomes) { throw APIError.notDurable }
    }

    // MARK: Leaving

    private func checkMayReport(host: String, binary: String, _ context: RollcallContext) throws {
        let identity = context.identity
        guard !identity.mayReport(host: ArraySlice(host.utf8), binary: ArraySlice(binary.utf8)) else { return }
        let refusal = identity.refusal(host: host, binary: binary)
        audit.refused(by: context.caller, "departure", refusal, lacking: .scope)
        throw APIError(.forbidden, .forbidden, refusal)
    }

    @Sendable private func depart(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let name = try context.serviceName()
        try checkMayReport(host: name.host, binary: name.binary, context)
        let query = try QueryParameters(request)
        let worker = query["worker"] ?? ""
        let incarnation = query["incarnation"].flatMap { $0.isEmpty ? nil : $0 }
        try NameChecks.check(worker: worker)
        if let incarnation { try NameChecks.check(incarnation: incarnation) }
        let manner: Departure.Manner
        switch query["reason"] {
        case nil, "left": manner = .left
        case "failed": manner = .failed(message: query["message"].map { NameChecks.clipped($0, toBytes: 1_000) })
        default: throw APIError.malformed("reason is not left or failed", field: "reason")
        }
        let result = try await engine.leave(
            Departure(name: name, worker: worker, incarnation: incarnation, manner: manner)
        )
        switch result {
        case .departed:
            if case .failed(let message) = manner {
                let subject = "\(name.binary) on \(name.host)"
                audit.changed(by: context.caller, "service reported failed", of: subject, to: message)
            }
            return Response(status: .noContent)
        case .notFound: throw APIError.noSuchService("\(name.binary) on \(name.host)")
        case .notCurrent:
            throw incarnation == nil
                ? APIError(.conflict, .incarnationRequired, Rejection.incarnationRequired.message)
                : APIError(.conflict, .staleIncarnation, "this is not the current incarnation")
        }
    }
}
