import LivenessCore
import LivenessEngine
import NIOCore

/// A watcher that knows everything, and is told by the feed what happens next.
struct WatchFollower: Sendable {
    let logID: String
    /// The last revision it was told.
    var position: Int64
    /// What it knows of what no log tells, as the board counts it.
    let knows: UInt64
    /// It was told that what stands behind this daemon is lost.
    var isDegraded: Bool
    /// What it is told of times counts from here.
    let began: Instant
    /// Without news it hears as often as this.
    let keepAlive: Duration
    var lastTold: Instant
    /// Whether its credential holds still.
    let mayAsk: @Sendable () -> Bool

    /// Whether it knows all of that log up to there, or more, and what no log tells.
    func isAt(_ standing: WatchLoop.Standing) -> Bool {
        logID == standing.log.logID && position >= standing.log.revision && knows == standing.untold
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
    ///
    /// In one part, unless what all are told is so long that each should not have a copy of its own.
    mutating func take(_ piece: WatchPiece) -> [ByteBuffer] {
        var own = WatchEvents()
        let hasNews = isNews(piece)
        if piece.isAll { own.toldAll(after: piece.asked - began) } else if !hasNews { own.comment() }
        let comment = own.chunk
        var parts: [ByteBuffer] = []
        if piece.isLost != isDegraded { parts.append(piece.health) }
        if piece.end > position { parts.append(piece.changes) }
        parts.append(comment)
        isDegraded = piece.isLost
        position = max(piece.end, position)
        lastTold = piece.asked
        guard piece.changes.readableBytes <= Self.longestCopy else { return parts.filter { $0.readableBytes > 0 } }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.readableBytes })
        for part in parts { bytes.writeImmutableBuffer(part) }
        return [bytes]
    }

    /// In bytes: to copy as much takes about as long as to write one part more.
    private static let longestCopy = 16 << 10

    /// Why it follows no longer.
    enum Parting {
        /// It reads too slowly, or the feed is elsewhere in the log: it goes on from what it was told last.
        case behind
        /// Something else is said of services, and no log says so: it asks itself what to do.
        case untold
        /// The log is another: it begins anew, with a snapshot.
        case anew
        /// It has gone, or may not ask any more, or the daemon stops.
        case over
    }
}
