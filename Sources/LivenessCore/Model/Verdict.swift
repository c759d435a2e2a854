/// What is said of a service: its state, why, and, where the state is unknown, what it was before.
package struct Verdict: Hashable, Sendable {
    package var state: LivenessState
    package var reason: Reason
    /// The last state that was not unknown; nil for a service that never had one.
    package var lastState: LivenessState?

    package init(_ state: LivenessState, _ reason: Reason, lastState: LivenessState? = nil) {
        self.state = state
        self.reason = reason
        self.lastState = lastState
    }

    /// The two-valued (or, without `reading`, three-valued) state a reader asked for.
    package func state(reading: UnknownReading?) -> LivenessState {
        guard state == .unknown, let reading else { return state }
        switch reading {
        case .last: return lastState ?? .down
        case .up: return .up
        case .down: return .down
        }
    }
}

/// How a two-valued answer reads *unknown*.
package enum UnknownReading: String, Sendable, CaseIterable {
    /// As the last state that was known; as down when there is none.
    case last
    case up
    case down
}
