/// Why a state is what it is.
///
/// The daemon's list is closed; a word of a later version is kept as it came.
public struct WireReason: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The reason with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Down: an operator forced it.
    public static let forcedDown = WireReason(rawValue: "forced_down")
    /// Down: every worker of it left.
    public static let left = WireReason(rawValue: "left")
    /// Down: its agent reported it failed.
    public static let reportedFailed = WireReason(rawValue: "reported_failed")
    /// Up: a heartbeat less than its down time ago.
    public static let heartbeat = WireReason(rawValue: "heartbeat")
    /// Up: a session of its own stands.
    public static let session = WireReason(rawValue: "session")
    /// Unknown: the back end does not answer.
    public static let backendLost = WireReason(rawValue: "backend_lost")
    /// Unknown: the back end was restarted, restored or emptied.
    public static let backendRestarted = WireReason(rawValue: "backend_restarted")
    /// Unknown: the back end drops what it should keep.
    public static let backendEvicting = WireReason(rawValue: "backend_evicting")
    /// Unknown: the daemon asked was paused or starved.
    public static let localPause = WireReason(rawValue: "local_pause")
    /// Unknown: the daemon asked has just started.
    public static let starting = WireReason(rawValue: "starting")
    /// Unknown: too many fell silent at once.
    public static let massFailure = WireReason(rawValue: "mass_failure")
    /// Unknown: another daemon, which may hold its heartbeats, is silent.
    public static let reporterLost = WireReason(rawValue: "reporter_lost")
    /// Unknown: never heard by any daemon.
    public static let neverReported = WireReason(rawValue: "never_reported")
    /// Down: its deadline passed.
    public static let heartbeatMissed = WireReason(rawValue: "heartbeat_missed")
    /// Down: its own session ended.
    public static let sessionExpired = WireReason(rawValue: "session_expired")

    /// Whether an unknown with this reason is the asked daemon's own trouble, so that another daemon may know better.
    public var isOfDaemonItself: Bool {
        self == .starting || self == .localPause || self == .backendLost
    }

    /// Whether a down with this reason was earned or forced: what whoever evacuates may act on.
    public var isEarnedDown: Bool {
        [.forcedDown, .left, .reportedFailed, .heartbeatMissed, .sessionExpired].contains(self)
    }
}
