/// All that a verdict is decided from.
///
/// Which instant it was gathered at is not part of it: the same evidence always gives the same verdict.
package struct Evidence: Sendable {
    /// Row 1.
    package var isForcedDown = false
    /// Row 2: every worker left.
    package var hasLeft = false
    /// Row 2a: reported failed, and no newer heartbeat came.
    package var hasFailed = false
    /// Row 3: heard less than its down time ago.
    package var isHeard = false
    /// Row 3: a session of its own stands.
    package var hasSession = false
    /// Row 4: why the back end cannot be trusted now.
    package var driverDoubt: Reason?
    /// Row 5: why this daemon does not trust itself about this service: its deadline moved, or has not come yet since
    /// the start.
    package var localDoubt: Reason?
    /// Row 6: a brake holds its topic and zone, or the fleet.
    package var isBraked = false
    /// Row 7: a silent daemon may hold heartbeats of it, or the relay by which it was last heard is lost.
    package var isReporterLost = false
    /// Row 8: never heard, and imported or first seen here less than its down time ago.
    package var isNeverReported = false
    /// Row 9: it held a session of its own, and that ended.
    package var hasSessionExpired = false
    /// A down that was earned before and that nothing newer has lifted.
    package var earnedDown: Reason?
    /// The last state that was not unknown.
    package var lastState: LivenessState?

    package init() {}
}

extension Verdict {
    /// The verdict table: the first row that applies wins.
    ///
    /// A down that was earned stays until something newer is heard: neither a lost back end nor a restart of ours
    /// turns a recorded death into a doubt.
    package static func decide(_ evidence: Evidence) -> Verdict {
        if evidence.isForcedDown { return Verdict(.down, .forcedDown) }  // row 1
        if evidence.hasLeft { return Verdict(.down, .left) }  // row 2
        if evidence.hasFailed && !evidence.isBraked { return Verdict(.down, .reportedFailed) }  // row 2a
        if evidence.hasSession { return Verdict(.up, .session) }  // row 3
        if evidence.isHeard && !evidence.hasFailed { return Verdict(.up, .heartbeat) }  // row 3
        if let reason = evidence.earnedDown { return Verdict(.down, reason) }
        if let doubt = evidence.driverDoubt { return unknown(doubt, evidence) }  // row 4
        if let doubt = evidence.localDoubt { return unknown(doubt, evidence) }  // row 5
        if evidence.isBraked { return unknown(.massFailure, evidence) }  // row 6
        if evidence.isReporterLost { return unknown(.reporterLost, evidence) }  // row 7
        if evidence.isNeverReported { return unknown(.neverReported, evidence) }  // row 8
        return Verdict(.down, evidence.hasSessionExpired ? .sessionExpired : .heartbeatMissed)  // row 9
    }

    private static func unknown(_ reason: Reason, _ evidence: Evidence) -> Verdict {
        Verdict(.unknown, reason, lastState: evidence.lastState)
    }
}
