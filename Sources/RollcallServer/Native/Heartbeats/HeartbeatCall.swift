import LivenessCore
import LivenessEngine

/// A call with heartbeats that has met the roster.
struct HeartbeatCall: Sendable {
    let batch: HeartbeatBatch
    let scope: Intake.AnswerScope
    /// Answer only after a flush.
    let isDurable: Bool
    let meeting: Intake.Meeting

    /// Takes the heartbeats of a document, which came through that relay, to the roster.
    static func meeting(
        _ document: HeartbeatDocument,
        through relay: Relay,
        answering scope: Intake.AnswerScope,
        _ intake: Intake
    ) -> HeartbeatCall {
        var batch = document.batch
        batch.relay = relay.host
        batch.seal(intake.hasher)
        return HeartbeatCall(
            batch: batch,
            scope: scope,
            isDurable: document.isDurable,
            meeting: intake.meet(batch)
        )
    }

    /// Whether nothing is left but to answer it.
    var isSettled: Bool { meeting.isSettled && !isDurable }
}
