/// Services counted, in one pass.
package struct BoardCensus: Sendable {
    package var verdicts: [Reason: Int] = [:]
    package var topics: [String: [LivenessState: Int]] = [:]
    package var disabled = 0
}

extension Board {
    /// How many services there are of each verdict, and of each topic in each state.
    package var census: BoardCensus {
        var census = BoardCensus()
        var reasons = [Int](repeating: 0, count: Reason.allCases.count)
        var profileCounts: [UInt32: [Int]] = [:]
        for number in 0..<count where isListed(UInt32(number)) {
            let verdict = standings[number].verdict
            let card = cards[number]
            reasons[Int(verdict.reason.rawValue)] += 1
            profileCounts[card.profile, default: [0, 0, 0]][Int(verdict.state.rawValue)] += 1
            if card.flags.contains(.disabled) { census.disabled += 1 }
        }
        for reason in Reason.allCases { census.verdicts[reason] = reasons[Int(reason.rawValue)] }
        for (profile, counts) in profileCounts {
            for state in LivenessState.allCases {
                census.topics[profiles[profile].topic, default: [:]][state, default: 0] += counts[Int(state.rawValue)]
            }
        }
        return census
    }
}
