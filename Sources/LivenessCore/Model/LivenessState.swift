/// Whether a service is here.
package enum LivenessState: UInt8, Sendable, CaseIterable {
    case up
    case down
    /// We cannot tell; the reason says why and `Verdict.lastState` what was true before.
    case unknown

    /// The word used in the database and over HTTP.
    package var word: String {
        switch self {
        case .up: "up"
        case .down: "down"
        case .unknown: "unknown"
        }
    }

    package init?(word: String) {
        guard let state = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = state
    }
}
