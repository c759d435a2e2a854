import LivenessCore

/// Answers that the store holds up.
extension SharedMachine {
    private static let slice = 256

    /// Carries out `body`, which may decide on what is pending, while the answer to these heartbeats waits for it.
    ///
    /// Who waits for our answer cannot send its next heartbeat: nobody of them is called down meanwhile, and their time
    /// counts from the answer. `held` is called as soon as that is so.
    func holdingAnswer<Result: Sendable>(
        to outcomes: inout [HeartbeatOutcome],
        held: () -> Void = {},
        _ body: (inout [HeartbeatOutcome]) async -> Result
    ) async -> Result {
        let services = outcomes.filter { $0.isHeard || $0.kind == .pending }.map(\.service)
            .filter { $0 != HeartbeatOutcome.noService }
        for range in services.indices.slices(of: Self.slice) { withLock { $0.answerHeld(services[range]) } }
        held()
        let result = await body(&outcomes)
        let heard = outcomes.filter(\.isHeard).map(\.service)
        for range in heard.indices.slices(of: Self.slice) {
            let now = time.now
            withLock { $0.heardUntil(now, heard[range]) }
        }
        for range in services.indices.slices(of: Self.slice) { withLock { $0.answerGiven(services[range]) } }
        return result
    }
}
