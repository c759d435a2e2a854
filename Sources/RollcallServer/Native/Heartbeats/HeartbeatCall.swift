import LivenessCore
import LivenessEngine

/// A call with heartbeats that has met the roster.
struct HeartbeatCall: Sendable {
    let batch: HeartbeatBatch
    let scope: Intake.AnswerScope
    /// Answer only after a flush.
    let isDurable: Bool
    let meeting: Intake.Meeting

    init(_ document: HeartbeatDocument, answering scope: Intake.AnswerScope, _ intake: Intake) {
        var batch = document.batch
        batch.seal(intake.hasher)
        self.batch = batch
        self.scope = scope
        isDurable = document.isDurable
        meeting = intake.meet(batch)
    }

    /// Whether nothing is left but to answer that all is well.
    var isSettled: Bool { meeting.isSettled && !isDurable }
}
