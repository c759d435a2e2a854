import LivenessCore
import LivenessEngine
import NIOCore

/// What all who follow the log are told next: written once, framed once.
struct WatchPiece: Sendable {
    /// Told to whoever was told everything up to `start`.
    let start: Int64
    let end: Int64
    /// The rows behind `start` up to `end`, as a chunk of a reply; empty when there are none.
    let changes: ByteBuffer
    /// What stands behind this daemon is lost.
    let isLost: Bool
    /// That it is lost, or is back, for whoever was told otherwise.
    let health: ByteBuffer
    /// When the log was asked.
    let asked: Instant
    /// That was all there was to tell then.
    let isAll: Bool

    init(
        _ rows: [Transition],
        after start: Int64,
        _ readiness: LivenessEngine.Readiness,
        asked: Instant,
        isAll: Bool
    ) {
        self.start = start
        end = rows.last?.revision ?? start
        var events = WatchEvents()
        for row in rows { events.change(row) }
        changes = events.chunk
        isLost = readiness.isDatabaseLost || readiness.isDriverLost
        var health = WatchEvents()
        health.health(readiness)
        self.health = health.chunk
        self.asked = asked
        self.isAll = isAll
    }

    /// Whether a watcher has missed something before this piece, or knows a part of it.
    func isBeside(_ position: Int64) -> Bool { position < start || (start < position && position < end) }

    /// Whether there is something in it for a watcher.
    func isNews(to follower: WatchFollower) -> Bool { end > follower.position || isLost != follower.isDegraded }

    /// Whether a watcher is to hear of it now: of news at once, else before it has heard nothing for too long.
    func isDue(to follower: WatchFollower) -> Bool {
        isNews(to: follower) || asked - follower.lastTold > follower.keepAlive - WatchFeed.tick
    }

    /// The chunks for one watcher; afterwards it was told.
    func tell(_ follower: inout WatchFollower) -> [ByteBuffer] {
        var chunks: [ByteBuffer] = []
        if isLost != follower.isDegraded { chunks.append(health) }
        if end > follower.position { chunks.append(changes) }
        var events = WatchEvents()
        if isAll { events.toldAll(after: asked - follower.began) } else if chunks.isEmpty { events.comment() }
        if !events.isEmpty { chunks.append(events.chunk) }
        follower.isDegraded = isLost
        follower.position = max(end, follower.position)
        follower.lastTold = asked
        return chunks
    }
}
