import LivenessCore
import Logging

/// Keeps how far apart heartbeats came in the database, hour by hour: a restart forgets nothing but the last minute.
final class ArrivalKeeper: Sendable {
    private static let interval: Duration = .seconds(60)
    private static let length: Duration = .seconds(3_600)
    /// Between the two clocks, before one of them is taken to have been set.
    private static let drift: Duration = .seconds(5)

    private struct Present: Sendable {
        /// By the wall clock, and by the other one.
        var began: Timestamp
        var since: Instant
        var areKindsNoted = false
        /// A stretch that is over and was not kept yet.
        var past: ArrivalStretch?
    }

    private let shared: SharedMachine
    private let store: any RecordStore
    private let daemon: String
    private let fence: Fence
    private let logger: Logger
    private let present: Locked<Present>

    init(shared: SharedMachine, store: any RecordStore, daemon: String, fence: Fence, logger: Logger) {
        self.shared = shared
        self.store = store
        self.daemon = daemon
        self.fence = fence
        self.logger = logger
        present = Locked(Present(began: shared.time.wall, since: shared.time.now))
    }

    /// Keeps for as long as the task lives.
    func run() async throws {
        while true {
            try await shared.time.sleep(for: Self.interval)
            await keep()
        }
    }

    /// Writes what was heard since this stretch began, and begins another one each hour.
    func keep() async {
        noteKinds()
        present.withLock { present in
            guard present.past == nil, isOver(present) else { return }
            let past = ended(present, shared.withLock { $0.takeArrivals() })
            present = Present(began: shared.time.wall, since: shared.time.now, past: past)
        }
        do {
            for stretch in unkept {
                try await store.keep(stretch)
                present.withLock { if $0.past?.id == stretch.id { $0.past = nil } }
            }
        } catch {
            fence.notice(error)
            logger.warning("how far apart heartbeats came could not be kept", metadata: ["error": "\(error)"])
        }
    }

    /// What was heard and is not, or not all of it, in the database: by stretch.
    var unkept: [ArrivalStretch] {
        present.withLock { present in
            [present.past, ended(present, shared.withLock { $0.arrivals.tallies })].compactMap(\.self)
        }
    }

    /// After an hour, and where the wall clock was set: what comes now is to stand at its own time.
    private func isOver(_ present: Present) -> Bool {
        let lasted = shared.time.now - present.since
        let shown = shared.time.wall - present.began
        return lasted >= Self.length || shown - lasted > Self.drift || lasted - shown > Self.drift
    }

    private func ended(_ present: Present, _ tallies: [Arrivals.Kind: Arrivals.Tally]) -> ArrivalStretch {
        ArrivalStretch(
            daemon: daemon,
            began: present.began,
            ended: present.began + (shared.time.now - present.since),
            tallies: tallies
        )
    }

    /// A kind that nothing is heard of but every beat in time has a tally, too: that no gap was long is worth knowing.
    private func noteKinds() {
        let isDone = present.withLock { present in
            defer { present.areKindsNoted = true }
            return present.areKindsNoted
        }
        guard !isDone else { return }
        let settings = shared.withLock { $0.settings }
        let kinds = shared.board.arrivalKinds(settings, limit: Arrivals.mostKinds)
        shared.withLock { $0.note(kinds) }
    }
}
