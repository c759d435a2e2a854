import LivenessCore
import LivenessEngine

/// A clock moved by hand.
///
/// Who sleeps is woken when the hand has passed.
final class ManualTime: TimeSource {
    private struct State {
        var now = Instant(nanoseconds: 0)
        var wallOffset: Duration = .seconds(1_700_000_000)
        var sleepers: [Int: (until: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<Int> = []
        var next = 0
    }

    private let state = Locked(State())

    var now: Instant { state.withLock { $0.now } }

    var wall: Timestamp {
        state.withLock { Timestamp(microseconds: $0.now.nanoseconds / 1_000) + $0.wallOffset }
    }

    /// Sets the wall clock, as an operator does.
    func setWall(to wall: Timestamp) {
        state.withLock { $0.wallOffset = wall - Timestamp(microseconds: $0.now.nanoseconds / 1_000) }
    }

    /// How many tasks sleep now.
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func sleep(for duration: Duration) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return true }
                    state.sleepers[number] = (state.now + duration, continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: number)
                if sleeper == nil { state.cancelled.insert(number) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the hand and wakes who is due.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.until <= now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Moves the hand in steps of the wheel until `condition` holds, letting everybody run in between.
    ///
    /// Returns whether it held within `limit` of virtual time.
    func advance(upTo limit: Duration, until condition: @Sendable () -> Bool) async -> Bool {
        var left = limit
        while left > .zero {
            if await soon(condition) { return true }
            advance(by: DeadlineWheel.slotWidth)
            left -= DeadlineWheel.slotWidth
        }
        // The time has passed; what is left is for others to get their turns on a busy machine.
        return await soon(condition, turns: 200_000)
    }

    /// Lets other tasks run for a bounded number of turns until `condition` holds.
    func soon(_ condition: @Sendable () -> Bool, turns: Int = 100) async -> Bool {
        for _ in 0..<turns {
            if condition() { return true }
            await Task.yield()
        }
        return condition()
    }
}
