public import RollcallWire

extension RollcallClient {
    /// What happened after a position of the transition log (`GET /v1/transitions`).
    ///
    /// - Parameters:
    ///   - revision: The position, exclusive; 0 is before the first.
    ///   - logID: The log the position is of; when the daemon's is another, it answers `revision_unknown`.
    ///   - wait: How long the daemon may wait for something to happen, at most 60 s.
    ///   - limit: How many entries at most.
    /// - Returns: What happened, and the position to ask from next.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func transitions(
        since revision: Int64,
        of logID: String? = nil,
        wait: Duration = .zero,
        limit: Int? = nil
    ) async throws(ClientError) -> TransitionsReply {
        var target = RequestTarget("v1", "transitions")
        target.add("since", String(revision))
        target.add("log_id", logID)
        target.add("wait", String(wait / .seconds(1)))
        target.add("limit", limit.map(String.init))
        var request = ClientRequest(.get, target)
        request.patience = wait
        return try await send(request, read: { try $0.document(TransitionsReply.self) })
    }

    /// The versions of a program that are about (`GET /v1/versions/{binary}`).
    ///
    /// - Parameters:
    ///   - binary: The program.
    ///   - states: Count only records in one of these states; in any where there are none.
    ///   - limit: List at most so many of those that hold the lowest, 1 to 100,000; all where it is `nil`.
    /// - Returns: The lowest, the highest, how many records have each, and which hold the lowest.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func versions(
        of binary: String,
        states: [WireState] = [],
        limit: Int? = nil
    ) async throws(ClientError) -> VersionsReply {
        var target = RequestTarget("v1", "versions", binary)
        for state in states { target.add("state", state.rawValue) }
        target.add("limit", limit.map(String.init))
        return try await send(
            ClientRequest(.get, target),
            read: { try $0.document(VersionsReply.self) },
            isDoubtful: { $0.isDegraded }
        )
    }

    /// How far apart heartbeats came, as all daemons of the database heard them (`GET /v1/arrivals`).
    ///
    /// - Parameter period: Of which time it is to tell.
    /// - Returns: The gaps that were long, and how many services were called down.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func arrivals(_ period: ArrivalPeriod = .all) async throws(ClientError) -> ArrivalsReply {
        var target = RequestTarget("v1", "arrivals")
        switch period {
        case .all: break
        case .since(let time): target.add("since", time.description)
        case .last(let duration): target.add("last", String(duration / .seconds(1)))
        }
        return try await send(ClientRequest(.get, target), read: { try $0.document(ArrivalsReply.self) })
    }

    /// The daemons that share the database (`GET /v1/daemons`).
    public func daemons() async throws(ClientError) -> DaemonsReply {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "daemons")),
            read: { try $0.document(DaemonsReply.self) }
        )
    }

    /// Takes a daemon that is gone for good out of the count (`POST /v1/daemons/{id}/retire`): what it may have heard is
    /// waited for no more.
    ///
    /// - Parameter id: The daemon.
    /// - Returns: The daemon as it is now.
    /// - Throws: ``ClientError`` when no endpoint answered, there is no such daemon, or it lives.
    public func retireDaemon(_ id: String) async throws(ClientError) -> DaemonsReply {
        try await send(
            ClientRequest(.post, RequestTarget("v1", "daemons", id, "retire")),
            read: { try $0.document(DaemonsReply.self) }
        )
    }

    /// The drivers, with what they promise and how their back ends are (`GET /v1/drivers`).
    public func drivers() async throws(ClientError) -> DriversReply {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "drivers")),
            read: { try $0.document(DriversReply.self) }
        )
    }

    /// What drivers that do not decide contradict (`GET /v1/drivers/disagreements`).
    ///
    /// - Parameter limit: At most so many of them, 1 to 100,000; 1,000 where it is `nil`.
    /// - Returns: The disagreements, and how many there are.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func disagreements(limit: Int? = nil) async throws(ClientError) -> DisagreementsReply {
        var target = RequestTarget("v1", "drivers", "disagreements")
        target.add("limit", limit.map(String.init))
        return try await send(ClientRequest(.get, target), read: { try $0.document(DisagreementsReply.self) })
    }

    /// Lets another driver decide, at every daemon (`POST /v1/drivers/switch`).
    ///
    /// - Parameters:
    ///   - driver: `database`, `zookeeper` or `memcached`.
    ///   - force: Also while it does not answer, or disagrees with what stands.
    /// - Returns: The drivers as they are now.
    /// - Throws: ``ClientError`` when no endpoint answered, not every daemon runs the driver, or it is not ready.
    public func switchDriver(to driver: String, force: Bool = false) async throws(ClientError) -> DriversReply {
        let body = DriverSwitchRequest(driver: driver, force: force)
        return try await send(
            ClientRequest(.post, RequestTarget("v1", "drivers", "switch"), body: body),
            read: { try $0.document(DriversReply.self) }
        )
    }

    /// The brakes (`GET /v1/brake`).
    public func brakes() async throws(ClientError) -> BrakesReply {
        try await send(
            ClientRequest(.get, RequestTarget("v1", "brake")),
            read: { try $0.document(BrakesReply.self) }
        )
    }

    /// Releases brakes (`POST /v1/brake/release`): who is silent then is down.
    ///
    /// - Parameter scope: `TOPIC/ZONE`, or `fleet`; every brake that holds where it is `nil`.
    /// - Returns: The brakes that were released.
    /// - Throws: ``ClientError`` when no endpoint answered, or none holds that scope.
    public func releaseBrake(_ scope: String? = nil) async throws(ClientError) -> BrakesReply {
        try await send(
            ClientRequest(.post, RequestTarget("v1", "brake", "release"), body: BrakeReleaseRequest(scope: scope)),
            read: { try $0.document(BrakesReply.self) }
        )
    }

    /// Whether a daemon can answer (`GET /readyz`).
    ///
    /// - Parameter strict: Demand that its database and its driver answer as well.
    /// - Returns: What the daemon can do now.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused.
    public func readiness(strict: Bool = false) async throws(ClientError) -> ReadinessReply {
        var target = RequestTarget("readyz")
        if strict { target.add("strict", "true") }
        return try await send(ClientRequest(.get, target), read: { try $0.document(ReadinessReply.self) })
    }
}
