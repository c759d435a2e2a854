public import RollcallWire

extension RollcallClient {
    /// Sends one or thousands of heartbeats (`POST /v1/heartbeats`).
    ///
    /// - Parameters:
    ///   - request: The heartbeats, at most `WireLimits.heartbeatsPerCall`.
    ///   - brief: Ask only for the services whose state, status or interval changed.
    /// - Returns: What the daemon believes of the accepted, and which were rejected.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func sendHeartbeats(
        _ request: HeartbeatsRequest,
        brief: Bool = false
    ) async throws(ClientError) -> HeartbeatsReply {
        var target = RequestTarget("v1", "heartbeats")
        target.add("reply", brief ? "brief" : nil)
        return try await send(
            relayed(ClientRequest(.post, target, body: request)),
            read: { try $0.document(HeartbeatsReply.self) }
        )
    }

    /// Sends one heartbeat (`PUT /v1/services/{host}/{binary}/heartbeat`).
    public func sendHeartbeat(
        _ heartbeat: WireHeartbeat,
        durable: Bool = false
    ) async throws(ClientError) -> HeartbeatEntry {
        try await sendNotingPort(heartbeat, durable: durable).entry
    }

    /// The same; and the port at which the daemon that answered reads datagrams, if it does.
    func sendNotingPort(
        _ heartbeat: WireHeartbeat,
        durable: Bool = false
    ) async throws(ClientError) -> (entry: HeartbeatEntry, datagramPort: Int?) {
        var options = HeartbeatOptions(heartbeat)
        if durable { options.durable = true }
        let target = RequestTarget("v1", "services", heartbeat.host, heartbeat.binary, "heartbeat")
        return try await send(
            relayed(ClientRequest(.put, target, body: options)),
            read: { (try $0.document(HeartbeatEntry.self), $0.datagramPort) }
        )
    }

    /// Says that a service stops beating, because it was stopped or because it failed
    /// (`DELETE /v1/services/{host}/{binary}/heartbeat`).
    public func leave(
        _ service: ServiceName,
        worker: String? = nil,
        incarnation: String? = nil,
        reason: LeaveReason = .left,
        message: String? = nil
    ) async throws(ClientError) {
        var target = RequestTarget("v1", "services", service.host, service.binary, "heartbeat")
        target.add("worker", worker)
        target.add("incarnation", incarnation)
        target.add("reason", reason.rawValue)
        target.add("message", message)
        try await send(ClientRequest(.delete, target), read: { _ in })
    }
}
