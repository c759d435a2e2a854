/// What is published of a service's liveness, 16 bytes: the verdict, since when, and what of it is recorded.
package struct Standing: Sendable {
    private static let none: UInt8 = 0xFF

    /// When the state (not only its reason) last changed.
    package var since: Timestamp
    private var stateByte: UInt8
    private var reasonByte: UInt8
    private var lastByte: UInt8
    private var recordedStateByte: UInt8
    private var recordedReasonByte: UInt8
    private var recordedLastByte: UInt8
    /// The record is deleted: it stands here so that a question about a name looks at nothing else.
    package var isDeleted: Bool

    package init(_ recorded: RecordedState, isDeleted: Bool = false) {
        self.isDeleted = isDeleted
        since = recorded.since
        stateByte = recorded.state.rawValue
        reasonByte = recorded.reason.rawValue
        lastByte = recorded.lastState?.rawValue ?? Self.none
        recordedStateByte = stateByte
        recordedReasonByte = reasonByte
        recordedLastByte = lastByte
    }

    package var verdict: Verdict {
        @inline(__always) get {
            Verdict(
                LivenessState(rawValue: stateByte) ?? .unknown,
                Reason(rawValue: reasonByte) ?? .starting,
                lastState: LivenessState(rawValue: lastByte)
            )
        }
        set {
            stateByte = newValue.state.rawValue
            reasonByte = newValue.reason.rawValue
            lastByte = newValue.lastState?.rawValue ?? Self.none
        }
    }

    /// The verdict the transition log ends with.
    package var recorded: Verdict {
        get {
            Verdict(
                LivenessState(rawValue: recordedStateByte) ?? .unknown,
                Reason(rawValue: recordedReasonByte) ?? .starting,
                lastState: LivenessState(rawValue: recordedLastByte)
            )
        }
        set {
            recordedStateByte = newValue.state.rawValue
            recordedReasonByte = newValue.reason.rawValue
            recordedLastByte = newValue.lastState?.rawValue ?? Self.none
        }
    }

    /// The last state that was not unknown.
    var lastKnown: LivenessState? {
        let verdict = verdict
        return verdict.state == .unknown ? verdict.lastState : verdict.state
    }

    /// The state that counts as the one before, when `state` is decided now.
    ///
    /// Our own doubts are left out: when they pass, what was true before goes on being true since then.
    func stateBeforeDoubts(returningTo state: LivenessState) -> LivenessState? {
        let verdict = verdict
        guard verdict.reason.isLocalOpinion else { return verdict.state }
        return recorded.state == state ? state : lastKnown
    }

    /// Whether the log must still be told: the verdict is one that is recorded, and another than the log's.
    var isUnrecorded: Bool {
        let now = verdict
        if now.reason.isLocalOpinion { return false }
        let then = recorded
        return now.state != then.state || (now.reason != then.reason && now.state != .up)
    }
}

/// When a service was last heard, as published with every flush: 16 bytes.
package struct Hearing: Sendable {
    private var stamp: Int64
    package var reportCount: UInt32
    private var isHeardHere: Bool

    /// Heard by this daemon.
    package init(heard: Instant, reportCount: UInt32) {
        stamp = heard.nanoseconds
        isHeardHere = true
        self.reportCount = reportCount
    }

    /// Not heard by this daemon; `lastSeenUp` is what the store had.
    package init(lastSeenUp: Timestamp?, reportCount: UInt32) {
        stamp = (lastSeenUp ?? .never).microseconds
        isHeardHere = false
        self.reportCount = reportCount
    }

    package var lastHeard: Instant? { isHeardHere ? Instant(nanoseconds: stamp) : nil }

    /// The store's stamp, where this daemon has not heard the service itself.
    package var lastSeenUp: Timestamp? {
        isHeardHere || stamp == Timestamp.never.microseconds ? nil : Timestamp(microseconds: stamp)
    }
}
