/// Why a verdict is what it is.
///
/// The list is closed; the rows are those of the verdict table (`Verdict.decide`).
package enum Reason: UInt8, Sendable, CaseIterable {
    /// Row 1: an operator forced it down.
    case forcedDown
    /// Row 2: every worker of it left.
    case left
    /// Row 2a: its agent reported it failed, and no newer heartbeat came.
    case reportedFailed
    /// Row 3: a heartbeat less than its down time ago.
    case heartbeat
    /// Row 3: a session of its own stands in the back end.
    case session
    /// Row 4: the back end does not answer.
    case backendLost
    /// Row 4: the back end was restarted, restored or emptied.
    case backendRestarted
    /// Row 4: the back end drops what it should keep.
    case backendEvicting
    /// Row 5: this daemon was stopped or starved, and the service's deadline moved by that time.
    case localPause
    /// Row 5: this daemon has just started and the service has not been heard since.
    case starting
    /// Row 6: too many fell silent at once.
    case massFailure
    /// Row 7: another daemon, which may hold its heartbeats, is silent, or the relay is by which it was last heard.
    case reporterLost
    /// Row 8: never heard by any daemon, and imported or first seen less than its down time ago.
    case neverReported
    /// Row 9: its deadline passed.
    case heartbeatMissed
    /// Row 9: its own session ended.
    case sessionExpired

    /// The word used in the database and over HTTP.
    package var word: String {
        switch self {
        case .forcedDown: "forced_down"
        case .left: "left"
        case .reportedFailed: "reported_failed"
        case .heartbeat: "heartbeat"
        case .session: "session"
        case .backendLost: "backend_lost"
        case .backendRestarted: "backend_restarted"
        case .backendEvicting: "backend_evicting"
        case .localPause: "local_pause"
        case .starting: "starting"
        case .massFailure: "mass_failure"
        case .reporterLost: "reporter_lost"
        case .neverReported: "never_reported"
        case .heartbeatMissed: "heartbeat_missed"
        case .sessionExpired: "session_expired"
        }
    }

    /// The state that it is a reason for.
    package var state: LivenessState {
        switch self {
        case .heartbeat, .session: .up
        case .forcedDown, .left, .reportedFailed, .heartbeatMissed, .sessionExpired: .down
        case .backendLost, .backendRestarted, .backendEvicting, .localPause, .starting, .massFailure, .reporterLost,
            .neverReported:
            .unknown
        }
    }

    package init?(word: String) {
        guard let reason = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = reason
    }

    /// Whether a state with this reason is one daemon's opinion: shown in its answers, never recorded (rows 4 and 5).
    package var isLocalOpinion: Bool {
        switch self {
        case .backendLost, .backendRestarted, .backendEvicting, .localPause, .starting: true
        default: false
        }
    }

    /// Whether a *down* with this reason was earned or forced: what whoever evacuates may act on.
    package var isEarnedDown: Bool {
        state == .down
    }
}
