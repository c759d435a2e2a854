import LivenessCore
import LivenessEngine
import NIOCore

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

    /// Whether there is something in a piece that it does not know.
    func isNews(_ piece: WatchPiece) -> Bool { piece.end > position || piece.isLost != isDegraded }

    /// Whether it is to hear of a piece now: of news at once, else before it has heard nothing for too long.
    func isDue(_ piece: WatchPiece) -> Bool {
        isNews(piece) || piece.asked - lastTold > keepAlive - WatchFeed.tick
    }

    /// Whether it has missed something before a piece, or knows a part of it.
    func isBeside(_ piece: WatchPiece) -> Bool {
        position < piece.start || (piece.start < position && position < piece.end)
    }

    /// The bytes of a piece for it; afterwards it was told.
    mutating func take(_ piece: WatchPiece) -> ByteBuffer {
        var own = WatchEvents()
        let hasNews = isNews(piece)
        if piece.isAll { own.toldAll(after: piece.asked - began) } else if !hasNews { own.comment() }
        let comment = own.chunk
        var bytes = ByteBuffer()
        bytes.reserveCapacity(piece.health.readableBytes + piece.changes.readableBytes + comment.readableBytes)
        if piece.isLost != isDegraded { bytes.writeImmutableBuffer(piece.health) }
        if piece.end > position { bytes.writeImmutableBuffer(piece.changes) }
        bytes.writeImmutableBuffer(comment)
        isDegraded = piece.isLost
        position = max(piece.end, position)
        lastTold = piece.asked
        return bytes
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
