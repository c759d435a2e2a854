/// What a question about the state of one service is answered with.
package struct StateAnswer: Sendable {
    package var verdict: Verdict
    /// When this daemon last heard it; nil also for one that its own session shows to live.
    package var lastHeard: Instant?
}

extension Board {
    /// What is said of the service of that name; nil when there is none.
    package func stateAnswer(host: String, binary: String) -> StateAnswer? {
        guard let service = find(host: host, binary: binary) else { return nil }
        return stateAnswer(of: service)
    }

    /// The same for a name within bytes.
    package func stateAnswer(_ bytes: [UInt8], host: Range<Int>, binary: Range<Int>) -> StateAnswer? {
        guard let service = find(bytes.span.bytes, host: host, binary: binary) else { return nil }
        return stateAnswer(of: service)
    }

    private func stateAnswer(of service: UInt32) -> StateAnswer? {
        let standing = standings[Int(service)]
        if standing.isDeleted { return nil }
        let verdict = standing.verdict
        return StateAnswer(
            verdict: verdict,
            lastHeard: verdict.reason == .session ? nil : hearings[Int(service)].lastHeard
        )
    }
}
