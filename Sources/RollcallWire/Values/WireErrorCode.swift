/// The stable code of an error, of a whole reply or of one rejected heartbeat.
///
/// A code of a later version is kept.
public struct WireErrorCode: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The code with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }
}

// Codes of one heartbeat, and of the single-heartbeat call.
extension WireErrorCode {
    /// A field has the wrong type or shape, or a document cannot be read (400).
    public static let malformed = WireErrorCode(rawValue: "malformed")
    /// The stated report_interval is outside 0.05 to 3600 seconds.
    public static let invalidInterval = WireErrorCode(rawValue: "invalid_interval")
    /// A name is longer than allowed.
    public static let nameTooLong = WireErrorCode(rawValue: "name_too_long")
    /// No such record, and none is created on a heartbeat (404).
    public static let notRegistered = WireErrorCode(rawValue: "not_registered")
    /// The service uses incarnations and the heartbeat named none (409).
    public static let incarnationRequired = WireErrorCode(rawValue: "incarnation_required")
    /// Another incarnation has replaced this one (409).
    public static let staleIncarnation = WireErrorCode(rawValue: "stale_incarnation")
    /// The sequence has not grown for a whole report_interval: a cloned machine (409).
    public static let staleSequence = WireErrorCode(rawValue: "stale_sequence")
    /// This incarnation has left (409).
    public static let left = WireErrorCode(rawValue: "left")
    /// The record was deleted under a live process (410).
    public static let serviceDeleted = WireErrorCode(rawValue: "service_deleted")
    /// The caller may not do this (403).
    public static let forbidden = WireErrorCode(rawValue: "forbidden")
    /// The database is away and the service is not known here (503).
    public static let databaseUnavailable = WireErrorCode(rawValue: "database_unavailable")
}

// Codes of a whole reply.
extension WireErrorCode {
    /// The caller is not known (401).
    public static let unauthorized = WireErrorCode(rawValue: "unauthorized")
    /// No such route (404).
    public static let notFound = WireErrorCode(rawValue: "not_found")
    /// No such service (404).
    public static let noSuchService = WireErrorCode(rawValue: "no_such_service")
    /// No brake holds that scope (404).
    public static let noSuchBrake = WireErrorCode(rawValue: "no_such_brake")
    /// No such daemon (404).
    public static let noSuchDaemon = WireErrorCode(rawValue: "no_such_daemon")
    /// The daemon that is to be retired lives (409).
    public static let daemonLives = WireErrorCode(rawValue: "daemon_lives")
    /// Not every daemon runs the driver that is to decide; the detail names them (409).
    public static let driverNotRunning = WireErrorCode(rawValue: "driver_not_running")
    /// The driver that is to decide does not answer, or disagrees (409).
    public static let driverNotReady = WireErrorCode(rawValue: "driver_not_ready")
    /// The route does not know this method (405).
    public static let methodNotAllowed = WireErrorCode(rawValue: "method_not_allowed")
    /// The API version named is not spoken here; the detail holds min and max (406).
    public static let versionUnsupported = WireErrorCode(rawValue: "version_unsupported")
    /// What is asked for cannot be said in the form that `Accept` names: ask for another (406).
    public static let notAcceptable = WireErrorCode(rawValue: "not_acceptable")
    /// A record of this host and binary exists (409).
    public static let alreadyExists = WireErrorCode(rawValue: "already_exists")
    /// The record was edited since the ETag named in `If-Match` (409).
    public static let editConflict = WireErrorCode(rawValue: "edit_conflict")
    /// The position asked for is not in the log; the detail is a ``RevisionUnknown`` (410).
    public static let revisionUnknown = WireErrorCode(rawValue: "revision_unknown")
    /// The body is larger than allowed (413).
    public static let tooLarge = WireErrorCode(rawValue: "too_large")
    /// The caller may send only so many requests a second; `Retry-After` says when (429).
    public static let tooManyRequests = WireErrorCode(rawValue: "too_many_requests")
    /// The body is not `application/json` (415).
    public static let unsupportedMediaType = WireErrorCode(rawValue: "unsupported_media_type")
    /// `Host` names no address listened on (421).
    public static let misdirected = WireErrorCode(rawValue: "misdirected")
    /// This daemon cannot pass heartbeats on now: report to another (503).
    public static let driverLost = WireErrorCode(rawValue: "driver_lost")
    /// This daemon cannot answer now (503).
    public static let unavailable = WireErrorCode(rawValue: "unavailable")
    /// A fault of the daemon's own (500).
    public static let internalFault = WireErrorCode(rawValue: "internal")
}
