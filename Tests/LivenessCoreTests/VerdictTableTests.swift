import LivenessCore
import Testing

@Suite("The verdict table")
struct VerdictTableTests {
    private static let everything: Evidence = {
        var evidence = Evidence()
        evidence.isForcedDown = true
        evidence.hasLeft = true
        evidence.hasFailed = true
        evidence.hasSession = true
        evidence.isHeard = true
        evidence.driverDoubt = .backendLost
        evidence.localDoubt = .localPause
        evidence.isBraked = true
        evidence.isReporterLost = true
        evidence.isNeverReported = true
        evidence.lastState = .up
        return evidence
    }()

    @Test("the first row that applies wins, from the first to the last")
    func rowsInOrder() {
        var evidence = Self.everything
        evidence.isBraked = false
        #expect(Verdict.decide(evidence) == Verdict(.down, .forcedDown))
        evidence.isForcedDown = false
        #expect(Verdict.decide(evidence) == Verdict(.down, .left))
        evidence.hasLeft = false
        #expect(Verdict.decide(evidence) == Verdict(.down, .reportedFailed))
        evidence.hasFailed = false
        #expect(Verdict.decide(evidence) == Verdict(.up, .session))
        evidence.hasSession = false
        #expect(Verdict.decide(evidence) == Verdict(.up, .heartbeat))
        evidence.isHeard = false
        #expect(Verdict.decide(evidence) == Verdict(.unknown, .backendLost, lastState: .up))
        evidence.driverDoubt = nil
        #expect(Verdict.decide(evidence) == Verdict(.unknown, .localPause, lastState: .up))
        evidence.localDoubt = nil
        evidence.isBraked = true
        #expect(Verdict.decide(evidence) == Verdict(.unknown, .massFailure, lastState: .up))
        evidence.isBraked = false
        #expect(Verdict.decide(evidence) == Verdict(.unknown, .reporterLost, lastState: .up))
        evidence.isReporterLost = false
        #expect(Verdict.decide(evidence) == Verdict(.unknown, .neverReported, lastState: .up))
        evidence.isNeverReported = false
        #expect(Verdict.decide(evidence) == Verdict(.down, .heartbeatMissed))
        evidence.hasSessionExpired = true
        #expect(Verdict.decide(evidence) == Verdict(.down, .sessionExpired))
    }

    @Test("an earned down stays when the back end is lost, and a heartbeat lifts it")
    func earnedDownStays() {
        var evidence = Evidence()
        evidence.earnedDown = .heartbeatMissed
        evidence.driverDoubt = .backendLost
        evidence.localDoubt = .starting
        #expect(Verdict.decide(evidence) == Verdict(.down, .heartbeatMissed))
        evidence.isHeard = true
        #expect(Verdict.decide(evidence) == Verdict(.up, .heartbeat))
    }

    @Test("a braked failure is unknown, not down")
    func brakeHoldsFailures() {
        var evidence = Evidence()
        evidence.hasFailed = true
        evidence.isHeard = true
        evidence.isBraked = true
        #expect(Verdict.decide(evidence).state == .unknown)
    }

    @Test("two-valued readers read unknown as asked")
    func readings() {
        let wasUp = Verdict(.unknown, .starting, lastState: .up)
        let never = Verdict(.unknown, .neverReported)
        #expect(wasUp.state(reading: .last) == .up)
        #expect(never.state(reading: .last) == .down)
        #expect(wasUp.state(reading: .down) == .down)
        #expect(never.state(reading: .up) == .up)
        #expect(never.state(reading: nil) == .unknown)
    }

    @Test("every reason and state has a word that reads back")
    func words() {
        for reason in Reason.allCases { #expect(Reason(word: reason.word) == reason) }
        for state in LivenessState.allCases { #expect(LivenessState(word: state.word) == state) }
        #expect(Reason(word: "bored") == nil)
    }
}
