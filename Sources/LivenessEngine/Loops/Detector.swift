import LivenessCore
import Logging
import Metrics

/// Keeps time: ticks the wheel, catches up after a pause, judges those whose deadline passed.
struct Detector: Sendable {
    /// Services looked at under one hold of the lock: each may lie in a page of the board that a snapshot shares, and
    /// then the page is copied.
    ///
    /// The first hold after a publication costs most: it copies a page and a group of pages for each of them.
    private static let slice = 16

    /// Services in one question to the back end.
    private static let mostLookedAt = 5_000

    /// Read passes after a pause at most; each takes a second when it is not complete.
    private static let catchUpPasses = 3

    let shared: SharedMachine
    let barrier: any ReadPassBarrier
    let lookout: Lookout
    let brakeKeeper: BrakeKeeper
    let recorderWakeup: Wakeup
    let judgeWakeup = Wakeup()
    private let companyWakeup = Wakeup()
    let metrics: EngineMetrics
    let heartbeat: LoopHeartbeat
    /// Whether other daemons may use the same back end.
    let isShared: Bool

    /// Ticks for as long as the task lives.
    ///
    /// Ticking does nothing that could make it late.
    func tick() async throws {
        var expected = shared.time.now
        var pauses: UInt64 = 0
        while true {
            try await shared.time.sleep(for: DeadlineWheel.slotWidth)
            let now = shared.time.now
            metrics.loopLag.recordNanoseconds(max(0, (now - expected - DeadlineWheel.slotWidth).clampedNanoseconds))
            expected = now
            let wall = shared.time.wall
            heartbeat.beat(at: now)
            let known = pauses
            pauses = shared.withLock { machine in
                machine.ticked(at: now, wall: wall)
                return machine.counters.pauses
            }
            if pauses > known { metrics.pauses.increment(by: Int64(clamping: pauses - known)) }
            judgeWakeup.signal()
        }
    }

    /// Looks at deadlines after every tick, for as long as the task lives.
    func judge() async throws {
        while await judgeWakeup.wait() != nil {
            try Task.checkCancellation()
            if shared.withLock({ $0.needsCatchUp }) { await catchUp() }
            examine()
            let due = shared.withLock { $0.dueCount }
            if due > 0 {
                if isShared { companyWakeup.signal() } else { await judge(due) }
            }
            brakeKeeper.lookIfNeeded()
            shared.publish()
            measure()
            if shared.withLock({ $0.unrecordedCount > 0 }) { recorderWakeup.signal() }
        }
    }

    /// Judges where other daemons may hear who is due, for as long as the task lives.
    ///
    /// Beside the other loop: a back end that hangs must not keep it from saying so.
    func judgeAmongOthers() async throws {
        while await companyWakeup.wait() != nil {
            try Task.checkCancellation()
            let due = shared.withLock { $0.needsCatchUp ? 0 : $0.dueCount }
            guard due > 0 else { continue }
            await judge(due)
            shared.publish()
            measure()
            if shared.withLock({ $0.unrecordedCount > 0 }) { recorderWakeup.signal() }
        }
    }

    private func measure() {
        metrics.topics.judged(shared.withLock { $0.takeJudgements() })
    }

    /// After a pause, in this order: the back end is looked at, what waited in the sockets is read, deadlines count
    /// again.
    ///
    /// While not everything could be read the pause goes on, for a few passes: what is read later was sent before.
    private func catchUp() async {
        await lookout.look(isThorough: true)
        let passBegan = shared.time.now
        for _ in 0..<Self.catchUpPasses { if await barrier.pass() { break } }
        let now = shared.time.now
        shared.withLock { $0.caughtUp(passBegan: passBegan, at: now) }
    }

    private func examine() {
        var isMore = true
        while isMore {
            let now = shared.time.now
            isMore = shared.withLock { machine in
                let advance = machine.advance(to: now, limit: Self.slice)
                let sweep = machine.continueSweep(limit: Self.slice, at: now)
                return advance || sweep
            }
        }
    }

    private func judge(_ count: Int) async {
        let passBegan = shared.time.now
        let isComplete = await barrier.pass()
        let passEnded = shared.time.now
        shared.withLock { $0.listened(from: passBegan, to: passEnded, isComplete: isComplete) }
        guard isComplete else { return }
        if isShared {
            await judgeAmongOthers(count, passBegan)
        } else {
            judge(count, passBegan)
        }
    }

    private func judge(_ count: Int, _ passBegan: Instant) {
        brakeKeeper.look()
        var left = count
        while left > 0 {
            let now = shared.time.now
            left = shared.withLock { [left] in
                $0.judge(passBegan: passBegan, count: left, limit: Self.slice, at: now)
            }
        }
    }

    /// Where other daemons may hear who is due, first what they heard until the deadline must be visible, and then it is
    /// looked at.
    ///
    /// A look that fails judges nobody.
    private func judgeAmongOthers(_ count: Int, _ passBegan: Instant) async {
        let isLost = shared.withLock { $0.isWholeBackendLost }
        if isLost {
            for _ in (0..<count).slices(of: Self.slice) {
                let now = shared.time.now
                shared.withLock { $0.reconsiderDue(limit: Self.slice, at: now) }
            }
            return
        }
        guard await lookout.look(at: []) else { return }
        var due: [ServiceKey] = []
        var left = count
        while left > 0 {
            let now = shared.time.now
            let taken = shared.withLock { [left] in
                $0.takeDue(passBegan: passBegan, count: left, limit: Self.slice, at: now)
            }
            due += taken.due
            left = taken.left
        }
        for part in due.indices.slices(of: Self.mostLookedAt) {
            let isSeen = await lookout.look(at: Array(due[part]))
            if isSeen { brakeKeeper.look() }
            for range in part.slices(of: Self.slice) {
                let now = shared.time.now
                shared.withLock { [due] machine in
                    if isSeen {
                        machine.judge(due[range], passBegan: passBegan, at: now)
                    } else {
                        machine.putBack(due[range])
                    }
                }
            }
        }
    }
}
