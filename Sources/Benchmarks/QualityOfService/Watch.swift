package import LivenessCore

/// Follows what one daemon says of one service, and knows what is true.
package struct Watch {
    package private(set) var said: LivenessState?
    /// Until when its time is accounted for.
    private var accounted = Instant(nanoseconds: 0)
    /// This life was called up once: from then on every answer counts.
    private var isCounting = false
    /// Nothing is accounted for any more.
    private var isOver = false
    private var mistakeBegan: Instant?

    /// Of a service that died.
    private struct Death {
        var at: Instant
        var heard: Instant
        var isAtHearer: Bool
        /// When it was last called down; nil while it is not.
        var noticed: Instant?
        var wasDownAlready: Bool
        /// The daemon had called it up in that life.
        var isCounted: Bool
    }

    private var death: Death?

    package init() {}

    /// The service lives, or is called down.
    package var hasNoticed: Bool { death?.noticed != nil || death == nil }

    /// The daemon says something else than before.
    package mutating func says(_ state: LivenessState, at now: Instant, _ figures: inout QualityFigures) {
        defer { said = state }
        if death != nil {
            if state == .down {
                death?.noticed = now
            } else if said == .down {
                death?.noticed = nil
                figures.revivals += 1
            }
            return
        }
        guard isCounting else {
            if state == .up, !isOver {
                isCounting = true
                accounted = now
            }
            return
        }
        account(until: now, &figures)
        if state == .down {
            figures.mistakes += 1
            mistakeBegan = now
        } else if said == .down {
            endMistake(at: now, &figures)
        }
    }

    /// The service died; `heard` is when some daemon heard its last heartbeat.
    package mutating func died(at now: Instant, heard: Instant, isAtHearer: Bool, _ figures: inout QualityFigures) {
        let isCounted = isCounting
        if !isCounted { figures.unseen += 1 }
        close(at: now, &figures)
        let isDown = said == .down
        death = Death(
            at: now,
            heard: heard,
            isAtHearer: isAtHearer,
            noticed: isDown ? now : nil,
            wasDownAlready: isDown,
            isCounted: isCounted
        )
    }

    /// A heartbeat that was under way when the service died has arrived.
    package mutating func heardLate(at now: Instant, isAtHearer: Bool) {
        death?.heard = now
        death?.isAtHearer = isAtHearer
    }

    /// The service comes back, or the simulation ends: what there is to say of its death is known.
    package mutating func settle(downTime: Duration, _ figures: inout QualityFigures) {
        defer { death = nil }
        guard let death, death.isCounted else { return }
        guard let noticed = death.noticed else {
            figures.missed += 1
            return
        }
        if death.wasDownAlready, noticed == death.at {
            figures.alreadyDown += 1
            return
        }
        figures.detections.append(
            QualityFigures.Detection(
                sinceDeath: (noticed - death.at).inSeconds,
                sinceHeard: (noticed - death.heard).inSeconds,
                beyondDeadline: (noticed - death.heard - downTime).inSeconds,
                isAtHearer: death.isAtHearer
            )
        )
    }

    /// The simulation has taken its time: only deaths are still followed.
    package mutating func end(at now: Instant, _ figures: inout QualityFigures) {
        close(at: now, &figures)
        isOver = true
    }

    private mutating func close(at now: Instant, _ figures: inout QualityFigures) {
        guard isCounting else { return }
        account(until: now, &figures)
        if said == .down { endMistake(at: now, &figures) }
        isCounting = false
    }

    private mutating func account(until now: Instant, _ figures: inout QualityFigures) {
        let seconds = (now - accounted).inSeconds
        accounted = now
        figures.livingSeconds += seconds
        switch said {
        case .down: figures.downSeconds += seconds
        case .unknown: figures.unknownSeconds += seconds
        case .up, nil: break
        }
    }

    private mutating func endMistake(at now: Instant, _ figures: inout QualityFigures) {
        if let began = mistakeBegan { figures.mistakeSeconds.append((now - began).inSeconds) }
        mistakeBegan = nil
    }
}
