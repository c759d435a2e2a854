import LivenessCore
import LivenessEngine
import Metrics
import NIOCore
import ServiceLifecycle
import Synchronization

/// Tells all watchers who know everything what happens next.
///
/// One reader of the log for all of them. A piece is read when the one before it was given to every channel, so that what
/// happens meanwhile is told together. Who joins has read up to where the feed is, or further, and knows what no log tells;
/// who cannot keep up is let go and reads by itself (`Watch`).
final class WatchFeed: Sendable {
    /// From one look at what is no row of the log to the next; keep-alives are as exact as this.
    static let tick = Duration.milliseconds(100)

    private let engine: LivenessEngine
    private let loops: [WatchLoop]
    private let crowd: Crowd

    /// Counts who follows, and wakes the feed for the first one.
    private final class Crowd: Sendable {
        private let count = Atomic(0)
        private let shown: Meter
        let arrival = Wakeup()

        init(_ shown: Meter) { self.shown = shown }

        var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }

        func changed(by difference: Int) {
            let before = count.wrappingAdd(difference, ordering: .acquiringAndReleasing).oldValue
            shown.increment(by: Double(difference))
            if before == 0 { arrival.signal() }
        }
    }

    init(_ engine: LivenessEngine, _ group: any EventLoopGroup, _ metrics: WatchMetrics) {
        self.engine = engine
        let crowd = Crowd(metrics.following)
        self.crowd = crowd
        loops = group.makeIterator().map { loop in WatchLoop(loop) { crowd.changed(by: $0) } }
    }

    /// Has a watcher told on its channel, until that ends; nil where the channel is on no loop of this feed.
    func follow(_ follower: WatchFollower, on channel: any Channel) async -> WatchLoop.End? {
        await loops.first { $0.loop === channel.eventLoop }?.follow(follower, on: channel)
    }

    /// Tells whoever follows, until the daemon stops.
    func run() async {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                // Somebody may have come while others were let go.
                if crowd.isEmpty, await crowd.arrival.wait() == nil { break }
                await tellWhileAnyoneFollows()
            }
        }
        await everyLoop { $0.close() }
    }

    private func tellWhileAnyoneFollows() async {
        let untold = engine.sight.machine.untold
        var position = engine.newest
        let start = WatchLoop.Standing(log: position, untold: untold)
        await everyLoop { $0.begin(at: start) }
        while !crowd.isEmpty, !Task.isCancelled {
            await engine.awaitRow(after: position.revision, atMost: Self.tick)
            // What is told is what was so when it was asked for.
            let asked = engine.now
            let answer = try? await engine.transitions(
                since: position.revision,
                logID: position.logID,
                wait: .zero,
                limit: Watch.rowsPerPiece
            )
            switch answer {
            case nil:
                // Each asks by itself, and whoever needs the store meets what is wrong with it.
                return await everyLoop { $0.letGo(.behind) }
            case .revisionUnknown: return await everyLoop { $0.letGo(.anew) }
            case .rows(let rows, let through, let head):
                let sight = engine.sight
                let isTold = sight.machine.untold == untold
                // Rows that were seen in the log may still be on their way here.
                let isRead = through >= max(head.revision, sight.machine.newest)
                let piece = WatchPiece(
                    rows,
                    after: position.revision,
                    through: through,
                    sight.readiness,
                    asked: asked,
                    isAll: sight.isClear && isTold && isRead
                )
                await everyLoop { $0.tell(piece) }
                if sight.isClear, !isTold { return await everyLoop { $0.letGo(.untold) } }
                position.revision = piece.end
            }
        }
        await everyLoop { $0.letGo(.behind) }
    }

    private func everyLoop(_ body: (WatchLoop) -> EventLoopFuture<Void>) async {
        for each in loops.map(body) { try? await each.get() }
    }
}
