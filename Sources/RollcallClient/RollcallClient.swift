/// A client of one or several Rollcall daemons.
///
/// Each call goes to one endpoint. The next one is tried when one does not answer, when one says that it cannot
/// answer now (503) or does not know the caller (401), or when one answers *unknown* for a reason of its own
/// (`starting`, `local_pause`, `backend_lost`): another daemon may know better. When none does, the first such answer
/// is the answer.
/// The endpoint that answered last is asked first next time.
///
/// A call may reach a daemon whose answer is lost, and then be made again at another: every call is safe to repeat,
/// but a repeated creation answers `already_exists`.
public struct RollcallClient: Sendable {
    /// The endpoints, in the order in which they are first tried; at least one.
    public let endpoints: [Endpoint]
    /// How long calls wait.
    public let configuration: ClientConfiguration
    private let preferred = Preference()

    /// A client of these endpoints; without any, of ``Endpoint/standard``.
    public init(endpoints: [Endpoint], configuration: ClientConfiguration = ClientConfiguration()) {
        self.endpoints = endpoints.isEmpty ? [.standard] : endpoints
        self.configuration = configuration
    }

    /// Reads the answer to a request as it comes, for as long as one endpoint goes on.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - endpoint: Whom to ask.
    ///   - silence: The longest time between two pieces of the answer.
    ///   - take: Gets each piece.
    /// - Throws: What `take` threw, or why there is no answer, or no more of it.
    func stream(
        _ request: ClientRequest,
        from endpoint: Endpoint,
        silence: Duration,
        take: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws {
        try await HTTPTransport.stream(authorized(request), from: endpoint, configuration, silence: silence, take: take)
    }

    private func authorized(_ request: ClientRequest) throws(ClientError) -> ClientRequest {
        guard let credential = configuration.credential else { return request }
        var request = request
        request.headers.append(("Authorization", try credential.header()))
        return request
    }

    /// Sends a request to the endpoints in turn.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - read: Makes the value of an answer whose status is below 400.
    ///   - isDoubtful: Whether an answer is unknown for a reason of the daemon's own.
    /// - Returns: What `read` made of the first answer without doubt, else of the first doubtful one.
    /// - Throws: A `ClientError` when no endpoint answered, or the daemon refused.
    func send<Value: Sendable>(
        _ request: ClientRequest,
        read: (ClientReply) throws -> Value,
        isDoubtful: (Value) -> Bool = { _ in false }
    ) async throws(ClientError) -> Value {
        let request = try authorized(request)
        let first = preferred.index
        var doubtful: Value?
        var failures: [String] = []
        var lastRefusal: ClientError?
        var unknownCaller: ClientError?
        var wasUnreadable = false
        let began = ContinuousClock.now
        for offset in endpoints.indices {
            let index = (first + offset) % endpoints.count
            let endpoint = endpoints[index]
            if let limit = configuration.lastTryAfter, ContinuousClock.now - began > limit {
                failures.append("\(endpoint): not tried \(ContinuousClock.now - began) after the call was made")
                continue
            }
            let reply: ClientReply
            do {
                reply = try await HTTPTransport.send(request, to: endpoint, configuration)
            } catch {
                if Task.isCancelled { throw ClientError(code: .cancelled, message: "cancelled") }
                failures.append("\(endpoint): \(HTTPTransport.words(for: error))")
                continue
            }
            guard reply.status < 400 else {
                let refusal = reply.refusal(from: endpoint)
                if reply.status == 401 { unknownCaller = unknownCaller ?? refusal }
                guard refusal.code == .noAnswer || reply.status == 401 else {
                    preferred.index = index
                    throw refusal
                }
                failures.append("\(endpoint): \(refusal.message)")
                lastRefusal = refusal
                continue
            }
            do {
                let value = try read(reply)
                guard isDoubtful(value) else {
                    preferred.index = index
                    return value
                }
                doubtful = doubtful ?? value
            } catch {
                wasUnreadable = true
                failures.append("\(endpoint) answered what cannot be read: \(error)")
            }
        }
        if let doubtful { return doubtful }
        if let unknownCaller { throw unknownCaller }
        throw ClientError(
            code: wasUnreadable && failures.count == 1 ? .unreadableReply : .noAnswer,
            message: "no endpoint answered: " + failures.joined(separator: "; "),
            status: lastRefusal?.status,
            error: lastRefusal?.error
        )
    }
}
