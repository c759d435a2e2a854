import LivenessCore
import Testing

@Suite("Standings in eight bytes")
struct StandingTests {
    @Test("every verdict comes back out of its byte")
    func everyVerdict() {
        let lastStates: [LivenessState?] = LivenessState.allCases + [nil]
        var seen: Set<UInt8> = []
        for state in LivenessState.allCases {
            for reason in Reason.allCases {
                for last in lastStates {
                    let verdict = Verdict(state, reason, lastState: last)
                    let packed = PackedVerdict(verdict)
                    #expect(packed.verdict == verdict)
                    seen.insert(packed.bits)
                }
            }
        }
        #expect(seen.count == LivenessState.allCases.count * Reason.allCases.count * lastStates.count)
    }

    @Test(
        "what is set stays beside what is set after it",
        arguments: [0, 1, -1, 1_764_460_800_123_456, -62_135_596_800_000_000, (1 << 54) - 1] as [Int64]
    )
    func fields(microseconds: Int64) {
        let since = Timestamp(microseconds: microseconds)
        let state = RecordedState(state: .up, reason: .heartbeat, since: since, revision: 7)
        var standing = Standing(state, isDeleted: true)
        let expected = max(microseconds, 1 - (1 << 54))
        #expect(standing.verdict == state.verdict)
        #expect(standing.since.microseconds == expected)
        #expect(standing.isDeleted)
        standing.verdict = Verdict(.unknown, .massFailure, lastState: .down)
        standing.isDeleted = false
        #expect(standing.since.microseconds == expected)
        standing.since = Timestamp(microseconds: 5)
        #expect(standing.since.microseconds == 5)
        #expect(standing.verdict == Verdict(.unknown, .massFailure, lastState: .down))
        #expect(!standing.isDeleted)
    }

    @Test("a time out of reach is held at the edge", arguments: [Int64.min, .max])
    func farAway(microseconds: Int64) {
        let since = Timestamp(microseconds: microseconds)
        let standing = Standing(RecordedState(state: .down, reason: .left, since: since, revision: 0))
        #expect(standing.since.microseconds == (microseconds < 0 ? 1 - (1 << 54) : (1 << 54) - 1))
        #expect(standing.verdict == Verdict(.down, .left))
    }
}
