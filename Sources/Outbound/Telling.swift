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
    /// The receiver did not take the last message at once: only then it may be told less.
    private var wasAway = false

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
        case .rows(let rows, let through, let head):
            if wasAway, head.revision - position.revision > Self.mostBehind { return skip(from: position, head) }
            let news = damping.take(rows, isFlapping: isFlapping)
            let calmed = damping.calmed(isFlapping: isFlapping)
            let end = Duty.Position(logID: head.logID, revision: max(through, position.revision))
            return .tell((calmed + news).filter(filter.takes), upTo: end)
        }
    }

    /// It took what it was last told, at once or after it was away.
    mutating func receiverAnswered(wasAway: Bool) { self.wasAway = wasAway }

    /// What is held back, to be told before the end.
    mutating func rest() -> [Transition] { damping.calmed { _ in false }.filter(filter.takes) }

    private func skip(from position: Duty.Position, _ head: LogHead) -> Step {
        // Of another log nobody knows what was told already: it goes on from where that is now.
        guard head.logID == position.logID else {
            return .skip(to: Duty.Position(logID: head.logID, revision: head.revision))
        }
        let next = max(head.oldest - 1, head.revision - Self.mostBehind, position.revision)
        return .skip(to: Duty.Position(logID: head.logID, revision: next))
    }
}
