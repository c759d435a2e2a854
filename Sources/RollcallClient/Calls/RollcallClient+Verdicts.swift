public import RollcallWire

extension RollcallClient {
    /// What is believed of one service (`GET /v1/services/{host}/{binary}/state`).
    public func state(
        of service: ServiceName,
        unknownAs: UnknownAs? = nil
    ) async throws(ClientError) -> StateReply {
        var target = RequestTarget("v1", "services", service.host, service.binary, "state")
        target.add("unknown_as", unknownAs?.rawValue)
        return try await send(
            ClientRequest(.get, target),
            read: { try $0.document(StateReply.self) },
            isDoubtful: { $0.reason.isOfDaemonItself }
        )
    }

    /// What is believed of many services at once (`POST /v1/states`), in the order asked.
    public func states(_ request: StatesRequest) async throws(ClientError) -> StatesReply {
        try await send(
            ClientRequest(.post, RequestTarget("v1", "states"), body: request),
            read: { try $0.document(StatesReply.self) },
            isDoubtful: { $0.states.contains { $0.reason?.isOfDaemonItself == true } }
        )
    }

    /// Why a service is what it is, and what would change that (`GET /v1/services/{uuid}/explanation`).
    public func explanation(uuid: String) async throws(ClientError) -> ExplanationReply {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "services", uuid, "explanation")),
            read: { try $0.document(ExplanationReply.self) },
            isDoubtful: { $0.verdict.reason.isOfDaemonItself }
        )
    }

    /// What happened to a service (`GET /v1/services/{uuid}/history`).
    public func history(uuid: String) async throws(ClientError) -> HistoryReply {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "services", uuid, "history")),
            read: { try $0.document(HistoryReply.self) }
        )
    }

    /// How many services of each topic and zone are up, down and unknown (`GET /v1/groups`).
    public func groups() async throws(ClientError) -> GroupsReply {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "groups")),
            read: { try $0.document(GroupsReply.self) }
        )
    }

    /// The hosts on which a topic is up (`GET /v1/groups/{topic}/up`).
    public func hostsUp(
        topic: String,
        zone: String? = nil,
        unknownAs: UnknownAs? = nil
    ) async throws(ClientError) -> HostsUpReply {
        try await send(
            ClientRequest(.get, Self.up(topic, zone, unknownAs)),
            read: { try $0.document(HostsUpReply.self) }
        )
    }

    /// The services of a topic that are up, a bit for each (`GET /v1/groups/{topic}/up`): 12.5 KB tell of 100,000.
    ///
    /// Its bits go by ``WireService/index``, which is the same at every daemon of the database.
    ///
    /// - Parameters:
    ///   - topic: The topic.
    ///   - zone: The zone; all zones where it is `nil`.
    ///   - unknownAs: How unknown is read; as the last known state where it is `nil`.
    /// - Returns: The bitmap of those that are up.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused: with `not_acceptable` where the indexes
    ///   are too far apart, so that only ``hostsUp(topic:zone:unknownAs:)`` tells.
    public func servicesUp(
        topic: String,
        zone: String? = nil,
        unknownAs: UnknownAs? = nil
    ) async throws(ClientError) -> UpBitmap {
        var request = ClientRequest(.get, Self.up(topic, zone, unknownAs))
        request.headers.append(("Accept", UpBitmap.mediaType))
        return try await send(request, read: { try $0.upBitmap() })
    }

    private static func up(_ topic: String, _ zone: String?, _ unknownAs: UnknownAs?) -> RequestTarget {
        var target = RequestTarget("v1", "groups", topic, "up")
        target.add("zone", zone)
        target.add("unknown_as", unknownAs?.rawValue)
        return target
    }
}
