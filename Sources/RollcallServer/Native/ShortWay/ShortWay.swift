import HTTPTypes
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire

/// The short way of plain calls, past the router: what they take, and what they are answered with.
///
/// It has no refusals: of a call that cannot be answered with 200 it says nothing, and the router, which says why, has to
/// look at it. What a call takes is the router's own table. One of these serves all connections.
struct ShortWay: Sendable {
    /// A route of the router's that has a short way beside it.
    private struct Route: Sendable {
        let requirement: Requirement
        /// Its calls that were answered.
        let answered: RequestMetrics.Series

        init(_ method: HTTPRequest.Method, _ pattern: String, _ requests: RequestMetrics) {
            requirement = Requirement(of: method, at: pattern)
            answered = requests.series(route: pattern, method: method.rawValue, status: 200)
        }
    }

    /// Bytes of a body: what a longer one costs is its heartbeats, not its way, and others would wait for it.
    static let longestBody = 256 << 10

    private let engine: LivenessEngine
    private let intake: Intake
    private let names: HostNames
    private let access: AccessControl
    private let audit: AuditLog
    private let datagrams: DatagramPort
    private let heartbeats: Route
    private let heartbeat: Route
    private let state: Route

    init(
        engine: LivenessEngine,
        names: HostNames,
        access: AccessControl,
        audit: AuditLog,
        datagrams: DatagramPort,
        _ requests: RequestMetrics
    ) {
        self.engine = engine
        intake = engine.intake
        self.names = names
        self.access = access
        self.audit = audit
        self.datagrams = datagrams
        heartbeats = Route(.post, "/v1/heartbeats", requests)
        heartbeat = Route(.put, "/v1/services/{key}/{binary}/heartbeat", requests)
        state = Route(.get, "/v1/services/{key}/{binary}/state", requests)
    }

    private func route(of call: ShortCall) -> Route {
        switch call {
        case .heartbeats: heartbeats
        case .heartbeat: heartbeat
        case .state: state
        }
    }

    // MARK: What a call takes

    /// Whether a request with this `Host` that came in at this address was meant for this daemon.
    func answers(for authority: String, at localAddress: String?) -> Bool {
        names.contains(HostNames.host(authority), localAddress: localAddress)
    }

    /// Whether a call has no headers but those that change nothing for it.
    static func isPlain(_ call: ShortCall, _ fields: HTTPFields) -> Bool {
        if BodyMiddleware.hasBody(fields) {
            guard call.readsBody, BodyMiddleware.isJSON(fields[.contentType]),
                BodyMiddleware.length(fields) ?? 0 <= longestBody
            else { return false }
        }
        if let connection = fields[.connection], connection.lowercased() != "keep-alive" { return false }
        if fields[.relay] != nil, Relay(statedIn: fields) == nil { return false }
        guard let version = fields[.apiVersion] else { return true }
        return APIVersion(version).map(VersionMiddleware.isSpoken) ?? false
    }

    /// Who sends a call, if they may.
    func identity(_ fields: HTTPFields, _ peer: @autoclosure () -> Peer, sending call: ShortCall) -> Identity? {
        let identity = try? access.identity(of: fields, peer(), at: engine.wall(engine.now))
        guard let identity, route(of: call).requirement.isMet(by: identity),
            access.wait(of: identity, at: engine.now) == nil
        else { return nil }
        if let relay = fields[.relay], !identity.mayRelay(from: Array(relay.utf8)[...]) { return nil }
        return identity
    }

    // MARK: What it is answered with

    /// Takes the heartbeats of a whole call, which came through that relay if it names one, to the roster; nil where it
    /// has none.
    func meet(
        _ call: ShortCall,
        _ body: ByteBuffer,
        from identity: Identity,
        through relay: String? = nil,
        at address: @autoclosure () -> String?
    ) -> Result<HeartbeatCall, DocumentError>? {
        do throws(DocumentError) {
            guard let document = try call.document(body) else { return nil }
            let admitted = document.admitted(identity) {
                audit.refused(by: identity.caller(at: address()), "heartbeat", $0, lacking: .scope)
            }
            let relay = relay.flatMap { Relay($0) } ?? Relay.direct
            return .success(HeartbeatCall.meeting(admitted, through: relay, answering: call.scope, intake))
        } catch {
            return .failure(error)
        }
    }

    /// The body of the reply to a whole call whose heartbeats, if it has any, have met the roster.
    func reply(to call: ShortCall, _ met: Result<HeartbeatCall, DocumentError>?) -> [UInt8]? {
        switch call {
        case .heartbeats:
            guard let (batch, reply) = settled(met) else { return nil }
            return HeartbeatReplyWriter.render(batch, reply)
        case .heartbeat:
            guard let (batch, reply) = settled(met) else { return nil }
            return HeartbeatReplyWriter.renderOne(batch, reply)
        case .state(let path):
            let answer = engine.stateAnswer(path.bytes, host: path.host, binary: path.binary)
            return answer.map { $0.reply(reading: nil, at: engine.now) }
        }
    }

    /// Where a caller is told that it may beat with datagrams as well, if anywhere.
    func datagramPort(toldWith call: ShortCall) -> Int? { if case .state = call { nil } else { datagrams.current } }

    /// What to tell of heartbeats that the roster alone has settled.
    private func settled(
        _ met: Result<HeartbeatCall, DocumentError>?
    ) -> (batch: HeartbeatBatch, reply: Intake.Reply)? {
        guard case .success(let call)? = met, call.isSettled else { return nil }
        return (call.batch, intake.reply(call.meeting, answering: call.scope))
    }

    /// Counts a call that is answered; the router counts all others.
    func count(_ call: ShortCall, from identity: Identity, began: NIODeadline) {
        _ = access.take(identity, at: engine.now)
        route(of: call).answered.record(began: began)
    }
}
