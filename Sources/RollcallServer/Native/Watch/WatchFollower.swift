import LivenessCore
import LivenessEngine

/// A watcher that knows everything, and is told by the feed what happens next.
struct WatchFollower: Sendable {
    let logID: String
    /// The last revision it was told.
    var position: Int64
    /// It was told that what stands behind this daemon is lost.
    var isDegraded: Bool
    /// What it is told of times counts from here.
    let began: Instant
    /// Without news it hears as often as this.
    let keepAlive: Duration
    var lastTold: Instant
    /// Whether its credential holds still.
    let mayAsk: @Sendable () -> Bool

    /// Whether it knows all of that log up to there, or more.
    func isAt(_ standing: LivenessEngine.LogPosition) -> Bool {
        logID == standing.logID && position >= standing.revision
    }

    /// Why it follows no longer.
    enum Parting {
        /// It reads too slowly, or the feed is elsewhere in the log: it goes on from what it was told last.
        case behind
        /// What it was told may hold no more, and no log says so: it begins anew, with a snapshot.
        case anew
        /// It has gone, or may not ask any more, or the daemon stops.
        case over
    }
}
