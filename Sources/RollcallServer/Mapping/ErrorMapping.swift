import HTTPTypes
import LivenessCore
import RollcallWire

/// What went wrong inside, as HTTP: every code stands here and nowhere else.
extension APIError {
    /// Seconds after which another try makes sense: two flushes and the look of other daemons.
    private static let retryAfter = 2

    init(_ rejection: Rejection, _ message: String) {
        self.init(Self.status(of: rejection), WireErrorCode(rawValue: rejection.code), message)
        if rejection == .databaseUnavailable { headers[.retryAfter] = String(Self.retryAfter) }
    }

    private static func status(of rejection: Rejection) -> HTTPResponse.Status {
        switch rejection {
        case .malformed, .invalidInterval, .nameTooLong: .badRequest
        case .notRegistered: .notFound
        case .incarnationRequired, .staleIncarnation, .staleSequence, .left: .conflict
        case .serviceDeleted: .gone
        case .forbidden: .forbidden
        case .databaseUnavailable: .serviceUnavailable
        }
    }

    init(_ error: StoreError) {
        switch error.code {
        case .unavailable, .inUse:
            self.init(.serviceUnavailable, .databaseUnavailable, "the database does not answer")
            headers[.retryAfter] = String(Self.retryAfter)
        case .fenced, .schema:
            self.init(.serviceUnavailable, .unavailable, error.message)
            headers[.retryAfter] = String(Self.retryAfter)
        case .corrupt:
            self.init(.internalServerError, .internalFault, "the database holds something it should not")
        }
    }

    init(_ error: DocumentError) {
        switch error {
        case .malformed(let message, let offset):
            self.init(.badRequest, .malformed, message, detail: ["offset": .integer(Int64(offset))])
        case .tooManyEntries:
            self.init(
                .contentTooLarge,
                .tooLarge,
                "more than \(WireLimits.heartbeatsPerCall) heartbeats in one call",
                detail: ["limit": .integer(Int64(WireLimits.heartbeatsPerCall))]
            )
        }
    }

    static var bodyTooLarge: APIError {
        APIError(
            .contentTooLarge,
            .tooLarge,
            "the body is larger than \(WireLimits.bodyBytes) bytes",
            detail: ["limit": .integer(Int64(WireLimits.bodyBytes))]
        )
    }

    /// The back end counts as lost: what was sent is counted here, and others could not see it.
    static var driverLost: APIError {
        APIError(
            .serviceUnavailable,
            .driverLost,
            "this daemon cannot pass heartbeats on now; they are counted here, report to another daemon"
        ).retrying(after: retryAfter)
    }

    /// A flush that was waited for did not go through.
    static var notDurable: APIError {
        APIError(
            .serviceUnavailable,
            .databaseUnavailable,
            "the heartbeats are counted, but could not be written"
        ).retrying(after: retryAfter)
    }
}

extension Rejection {
    /// The sentence for people where there is none of its own.
    var message: String {
        switch self {
        case .malformed: "the heartbeat has a wrong field"
        case .invalidInterval: "report_interval is not from 0.05 to 3600 seconds"
        case .nameTooLong: "a name is too long"
        case .notRegistered: "there is no such service, and heartbeats create none here"
        case .incarnationRequired: "this service uses incarnations: name yours"
        case .staleIncarnation: "another incarnation has taken this one's place"
        case .staleSequence: "the sequence has not grown for a whole report_interval: is this machine a clone?"
        case .left: "this incarnation has left"
        case .serviceDeleted: "the record was deleted"
        case .forbidden: "the caller may not report this service"
        case .databaseUnavailable:
            "this service is not known here, and the database, or one it may move in from, does not answer or "
                + "contradicts itself"
        }
    }
}
