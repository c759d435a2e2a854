import LivenessCore
import Logging

/// Keeps how far apart heartbeats came in the database, hour by hour: a restart forgets nothing but the last minute.
final class ArrivalKeeper: Sendable {
    private static let interval: Duration = .seconds(60)
    private static let length: Duration = .seconds(3_600)
    /// Kinds without a gap that are noted all the same.
    private static let mostKinds = 256

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
            guard shared.time.now - present.since >= Self.length, present.past == nil else { return }
            present.past = stretch(of: present)
            shared.withLock { $0.arrivals = Arrivals() }
            present = Present(began: shared.time.wall, since: shared.time.now, past: present.past)
        }
        do {
            for stretch in unkept {
                try await store.keep(stretch)
                present.withLock { if $0.past?.began == stretch.began { $0.past = nil } }
            }
        } catch {
            fence.notice(error)
            logger.warning("how far apart heartbeats came could not be kept", metadata: ["error": "\(error)"])
        }
    }

    /// What was heard and is not, or not all of it, in the database: by stretch.
    var unkept: [ArrivalStretch] {
        present.withLock { present in [present.past, stretch(of: present)].compactMap(\.self) }
    }

    private func stretch(of present: Present) -> ArrivalStretch {
        ArrivalStretch(
            daemon: daemon,
            began: present.began,
            ended: present.began + (shared.time.now - present.since),
            tallies: shared.withLock { $0.arrivals.tallies }
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
        let kinds = shared.board.arrivalKinds(settings, limit: Self.mostKinds)
        shared.withLock { machine in
            for kind in kinds { machine.arrivals.note(kind) }
        }
    }
}
