import LivenessCore

/// An answer that waits for the store.
///
/// Who waits for our answer cannot send its next heartbeat: nobody of them is called down meanwhile, and their time
/// counts from the answer. An answer that nobody waits for any more is dropped.
final class HeldAnswer: Sendable {
    private static let slice = 256

    private let shared: SharedMachine
    private let held = Locked<[UInt32]>([])

    init(_ shared: SharedMachine) {
        self.shared = shared
    }

    deinit { release() }

    /// The answer to these heartbeats, or to more of them, waits.
    func hold(_ outcomes: some Sequence<HeartbeatOutcome>) {
        let services = outcomes.filter { $0.isHeard || $0.kind == .pending }.map(\.service)
            .filter { $0 != HeartbeatOutcome.noService }
        for range in services.indices.slices(of: Self.slice) {
            let now = shared.time.now
            shared.withLock { $0.answerHeld(services[range], at: now) }
        }
        held.withLock { $0 += services }
    }

    /// The answer goes out, and with it what became of the heartbeats.
    func give(_ outcomes: [HeartbeatOutcome]) {
        let heard = outcomes.filter(\.isHeard).map(\.service)
        for range in heard.indices.slices(of: Self.slice) {
            let now = shared.time.now
            shared.withLock { $0.waited(until: now, heard[range]) }
        }
        release()
    }

    private func release() {
        let services = held.withLock { held in
            defer { held = [] }
            return held
        }
        for range in services.indices.slices(of: Self.slice) {
            shared.withLock { $0.answerGiven(services[range]) }
        }
    }
}
