import LivenessCore
import LivenessEngine

/// How far a webhook has been told the log, and what it is told next.
struct Telling {
    enum Step {
        /// These rows, and then it has been told up to there.
        case tell([Transition], upTo: Duty.Position)
        /// Nothing up to there: it has fallen too far behind, or it is another log.
        case skip(to: Duty.Position)
        /// This daemon does not know yet what there is.
        case wait
    }

    /// A receiver that is further behind than this is told less.
    private static let mostBehind: Int64 = 10_000

    private let filter: Webhook.Filter
    private var damping = Damping()

    init(_ filter: Webhook.Filter) {
        self.filter = filter
    }

    /// What follows from what the log answered to `position`.
    mutating func step(
        from position: Duty.Position,
        _ answer: LivenessEngine.TransitionAnswer,
        isFlapping: (ServiceUUID) -> Bool
    ) -> Step {
        switch answer {
        case .revisionUnknown(let head):
            // Noted by a daemon that has read more of the log than this one.
            if head.logID == position.logID, position.revision > head.revision { return .wait }
            return skip(from: position, head)
        case .rows(let rows, let head):
            if head.revision - position.revision > Self.mostBehind { return skip(from: position, head) }
            let news = damping.take(rows, isFlapping: isFlapping)
            let calmed = damping.calmed(isFlapping: isFlapping)
            let end = Duty.Position(logID: head.logID, revision: rows.last?.revision ?? position.revision)
            return .tell((calmed + news).filter(filter.takes), upTo: end)
        }
    }

    private func skip(from position: Duty.Position, _ head: LogHead) -> Step {
        let kept = max(head.oldest - 1, head.revision - Self.mostBehind, 0)
        let next = head.logID == position.logID ? max(kept, position.revision) : kept
        return .skip(to: Duty.Position(logID: head.logID, revision: next))
    }
}
