import RollcallWire

/// Why a relay does not answer as asked, as HTTP says it.
struct RelayRefusal: Error, Hashable, Sendable {
    /// Seconds after which another try makes sense: no interval is shorter than what a daemon needs to come back.
    private static let retryAfter = 2

    var status: Int
    var error: WireError
    /// Seconds, for `Retry-After`.
    var retryAfter: Int?

    init(_ status: Int, _ code: WireErrorCode, _ message: String, detail: [String: WireValue] = [:]) {
        self.init(status, WireError(code: code, message: message, detail: detail))
    }

    init(_ status: Int, _ error: WireError) {
        self.status = status
        self.error = error
        if status == 503 { retryAfter = Self.retryAfter }
    }

    /// A request with a wrong value.
    static func malformed(_ message: String) -> RelayRefusal { RelayRefusal(400, .malformed, message) }

    /// No daemon took the heartbeats: the reporter is to go to its next endpoint.
    static func noDaemon(_ message: String, code: WireErrorCode = .driverLost) -> RelayRefusal {
        RelayRefusal(503, code, "this relay cannot pass heartbeats on now, report to a daemon: \(message)")
    }

    static let full = RelayRefusal(503, .driverLost, "too many heartbeats wait in this relay: report to a daemon")
    static let late = RelayRefusal(503, .driverLost, "no daemon answered this relay in time: report to a daemon")
    static let wasStopped = RelayRefusal(
        503,
        .driverLost,
        "this relay did not run for a while, and what waited for it may be old: report again"
    )
    static let stopping = RelayRefusal(503, .driverLost, "this relay is stopping: report to a daemon")

    static let tooLarge = RelayRefusal(
        413,
        .tooLarge,
        "a call has at most \(WireLimits.bodyBytes) bytes and \(WireLimits.heartbeatsPerCall) heartbeats",
        detail: ["limit": .integer(Int64(WireLimits.bodyBytes))]
    )

    static let notRelayed = RelayRefusal(
        404,
        .notFound,
        "a relay passes on heartbeats, departures and questions about one service: ask a daemon"
    )

    /// A single heartbeat was rejected: what the daemon answers for that code.
    init(rejection code: WireErrorCode, _ message: String) {
        self.init(Self.status(of: code), code, message)
    }

    private static func status(of code: WireErrorCode) -> Int {
        switch code {
        case .notRegistered: 404
        case .incarnationRequired, .staleIncarnation, .staleSequence, .left: 409
        case .serviceDeleted: 410
        case .forbidden: 403
        case .databaseUnavailable: 503
        default: 400
        }
    }
}
