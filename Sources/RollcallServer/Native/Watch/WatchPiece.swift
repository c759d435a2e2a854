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
    /// That was all there was to tell then; not known while what stands behind this daemon is lost.
    let isAll: Bool

    init(
        _ rows: [Transition],
        after start: Int64,
        through end: Int64,
        _ readiness: LivenessEngine.Readiness,
        asked: Instant,
        isAll: Bool
    ) {
        self.start = start
        self.end = max(start, end)
        var events = WatchEvents()
        for row in rows { events.change(row) }
        changes = events.chunk
        isLost = readiness.isLost
        var health = WatchEvents()
        health.health(readiness)
        self.health = health.chunk
        self.asked = asked
        self.isAll = isAll && !isLost
    }
}
