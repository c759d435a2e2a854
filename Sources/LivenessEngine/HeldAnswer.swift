import LivenessCore

/// An answer that waits for the store.
///
/// Who waits for our answer cannot send its next heartbeat: nobody of them is called down meanwhile, and their time
/// counts from the answer.
struct HeldAnswer {
    private static let slice = 256

    let shared: SharedMachine
    private var held: [UInt32] = []

    init(_ shared: SharedMachine) {
        self.shared = shared
    }

    /// The answer to these heartbeats, or to more of them, waits.
    mutating func hold(_ outcomes: some Sequence<HeartbeatOutcome>) {
        let services = outcomes.filter { $0.isHeard || $0.kind == .pending }.map(\.service)
            .filter { $0 != HeartbeatOutcome.noService }
        for range in services.indices.slices(of: Self.slice) {
            let now = shared.time.now
            shared.withLock { $0.answerHeld(services[range], at: now) }
        }
        held += services
    }

    /// The answer goes out, and with it what became of the heartbeats.
    func give(_ outcomes: [HeartbeatOutcome]) {
        let heard = outcomes.filter(\.isHeard).map(\.service)
        for range in heard.indices.slices(of: Self.slice) {
            let now = shared.time.now
            shared.withLock { $0.waited(until: now, heard[range]) }
        }
        for range in held.indices.slices(of: Self.slice) {
            shared.withLock { $0.answerGiven(held[range]) }
        }
    }
}
