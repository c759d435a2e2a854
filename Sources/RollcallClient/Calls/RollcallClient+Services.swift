public import RollcallWire

extension RollcallClient {
    /// Lists services (`GET /v1/services`).
    public func services(_ query: ServiceQuery = ServiceQuery()) async throws(ClientError) -> ServicesReply {
        var target = RequestTarget("v1", "services")
        query.add(to: &target)
        return try await send(
            ClientRequest(.get, target),
            read: { try $0.document(ServicesReply.self) },
            isDoubtful: { $0.services.contains { $0.stateReason.isOfDaemonItself } }
        )
    }

    /// The service of that name.
    ///
    /// - Throws: ``ClientError/Code/noSuchService`` when there is none.
    public func service(named name: ServiceName) async throws(ClientError) -> WireService {
        var query = ServiceQuery()
        query.hosts = [name.host]
        query.binaries = [name.binary]
        guard let service = try await services(query).services.first(where: { $0.name == name }) else {
            throw ClientError(code: .noSuchService, message: "there is no service \(name.binary) on host \(name.host)")
        }
        return service
    }

    /// One service by its uuid (`GET /v1/services/{uuid}`), with the ETag of its record for ``edit(_:_:ifMatch:)``.
    public func service(uuid: String) async throws(ClientError) -> Tagged<WireService> {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "services", uuid)),
            read: { Tagged(value: try $0.document(WireService.self), tag: $0.tag) },
            isDoubtful: { $0.value.stateReason.isOfDaemonItself }
        )
    }

    /// Makes a record before its first heartbeat (`POST /v1/services`).
    public func createService(_ creation: ServiceCreation) async throws(ClientError) -> WireService {
        try await send(
            ClientRequest(.post, RequestTarget("v1", "services"), body: creation),
            read: { try $0.document(WireService.self) }
        )
    }

    /// Edits a record (`PATCH /v1/services/{uuid}`), whole or not at all.
    ///
    /// - Parameters:
    ///   - uuid: The record.
    ///   - patch: What changes.
    ///   - tag: The ETag the record must still have; else the daemon answers `edit_conflict`.
    /// - Returns: The whole service as it is after the edit.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func edit(
        _ uuid: String,
        _ patch: ServicePatch,
        ifMatch tag: String? = nil
    ) async throws(ClientError) -> WireService {
        var request = try ClientRequest(.patch, RequestTarget("v1", "services", uuid), body: patch)
        if let tag { request.headers.append(("If-Match", tag)) }
        return try await send(request, read: { try $0.document(WireService.self) })
    }

    /// Deletes a record (`DELETE /v1/services/{uuid}`).
    public func deleteService(uuid: String) async throws(ClientError) {
        try await send(ClientRequest(.delete, RequestTarget("v1", "services", uuid)), read: { _ in })
    }
}

extension WireService {
    /// Its host and binary.
    var name: ServiceName { ServiceName(host: host, binary: binary) }
}
