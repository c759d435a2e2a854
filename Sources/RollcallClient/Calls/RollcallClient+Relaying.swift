internal import FoundationEssentials
internal import RollcallWire

/// A call that is passed on as it came, for a relay.
package struct PassedCall: Hashable, Sendable {
    package enum Method: Hashable, Sendable {
        case get
        case post
        case delete
    }

    package var method: Method
    /// The parts of its path, not encoded.
    package var path: [String]
    /// What its query names, in order and not encoded.
    package var query: [(name: String, value: String)]
    /// JSON; nil where it has none.
    package var body: [UInt8]?

    package init(
        _ method: Method,
        _ path: [String],
        query: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    package static func == (one: PassedCall, other: PassedCall) -> Bool {
        one.method == other.method && one.path == other.path && one.body == other.body
            && one.query.elementsEqual(other.query, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(path)
    }
}

/// What a daemon answered to it.
package struct PassedReply: Hashable, Sendable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

extension RollcallClient {
    /// Passes a call on, and gives back the answer as it came.
    ///
    /// - Parameter call: The call.
    /// - Returns: The first answer whose status is below 400.
    /// - Throws: ``ClientError`` when no endpoint answered, or the daemon refused; then with its own words.
    package func passOn(_ call: PassedCall) async throws(ClientError) -> PassedReply {
        var target = RequestTarget(call.path)
        for (name, value) in call.query { target.add(name, [value]) }
        let method: ClientRequest.Method =
            switch call.method {
            case .get: .get
            case .post: .post
            case .delete: .delete
            }
        var request = ClientRequest(method, target)
        request.body = call.body.map { Data($0) }
        if call.method == .post { request = relayed(request) }
        return try await send(request, read: { PassedReply(status: $0.status, body: Array($0.body)) })
    }

    /// A call with heartbeats, with the name of the relay through which they came.
    func relayed(_ request: ClientRequest) -> ClientRequest {
        guard let host = configuration.relay else { return request }
        var request = request
        request.headers.append((HeartbeatsRequest.relayHeader, host))
        return request
    }
}
