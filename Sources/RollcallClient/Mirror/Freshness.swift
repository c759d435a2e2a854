/// Up to when on our clock the other side's news is known, told from how long it says that it has been speaking.
///
/// No clock of another machine is compared with ours: what it tells is a time since the stream began, and that began after
/// we asked for it. What comes late, because it waited in a buffer or we were stopped, is known to be late by that.
struct Freshness {
    /// Two clocks may run so differently: 500 parts in a million is what NTP at most corrects.
    private static let drift = 0.000_5

    /// When its clock was zero, on ours: not later than it was.
    private var beginning: Duration
    private var elapsed = Duration.zero
    /// All that happened before this is known; `nil` before anything was heard.
    private(set) var knownUntil: Duration?

    /// - Parameter asked: When the stream was asked for, on our clock.
    init(asked: Duration) {
        beginning = asked
    }

    /// It said at `arrival` that it has been speaking for so long, and that all that happened before was told.
    mutating func heard(_ elapsed: Duration, at arrival: Duration) {
        guard elapsed >= self.elapsed else { return }
        beginning = min(arrival - elapsed, beginning + (elapsed - self.elapsed) * Self.drift)
        self.elapsed = elapsed
        knownUntil = beginning + elapsed
    }
}
