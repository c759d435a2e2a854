package import LivenessCore
import RollcallWire

extension WireTransition {
    init(_ transition: Transition) {
        self.init(
            revision: transition.revision,
            kind: TransitionKind(rawValue: transition.kind.rawValue),
            at: WireTime(microseconds: transition.at.microseconds)
        )
        uuid = transition.uuid.description
        host = transition.host
        binary = transition.binary
        topic = transition.topic
        zone = transition.zone
        from = transition.from.map { WireState(rawValue: $0.word) }
        to = transition.to.map { WireState(rawValue: $0.word) }
        reason = WireReason(rawValue: transition.reason)
        folded = transition.folded > 0 ? transition.folded : nil
    }
}

/// Rows of the log as they are told to others: `{"transitions":[…]}`, each as `GET /v1/transitions` has it.
package enum TransitionDocument {
    package static func render(_ transitions: [Transition]) throws -> [UInt8] {
        Array(try WireJSON.encode(HistoryReply(transitions: transitions.map(WireTransition.init))))
    }
}

extension ExplanationReply {
    init(_ explanation: Explanation) {
        self.init(
            verdict: WireVerdict(
                state: WireState(rawValue: explanation.verdict.state.word),
                reason: WireReason(rawValue: explanation.verdict.reason.word),
                since: WireTime(microseconds: explanation.since.microseconds)
            ),
            evidence: explanation.evidence.map { WireEvidence(kind: $0.fact, text: $0.text) },
            changesWhen: explanation.changesWhen.map { WireProspect(text: $0) }
        )
    }
}

extension WireBrake {
    init(_ brake: BrakeRecord) {
        self.init(
            scope: brake.scope.text,
            engagedAt: WireTime(microseconds: brake.engagedAt.microseconds),
            members: brake.members,
            silent: brake.silent
        )
        engagedBy = brake.engagedBy
        releasedAt = brake.releasedAt.map { WireTime(microseconds: $0.microseconds) }
        by = brake.releasedBy
    }
}

extension WireDaemon {
    /// A daemon's row, as the daemon with the settings digest `own` shows it.
    ///
    /// Its lag is for people: how long ago its row was last written, by the wall clocks.
    init(_ daemon: DaemonRecord, own: String, at now: Timestamp) {
        self.init(id: daemon.id, host: daemon.host, release: String(daemon.release))
        schemaMin = Int64(daemon.schemaRange.lowerBound)
        schemaMax = Int64(daemon.schemaRange.upperBound)
        phaseSeen = daemon.phaseSeen
        flushLag = (max(.zero, now - daemon.lastSeen).inSeconds * 1_000).rounded() / 1_000
        lastSeen = WireTime(microseconds: daemon.lastSeen.microseconds)
        leftAt = daemon.leftAt.map { WireTime(microseconds: $0.microseconds) }
        retiredAt = daemon.retiredAt.map { WireTime(microseconds: $0.microseconds) }
        // The row holds a digest: it tells that settings differ, not which.
        differingSettings = daemon.settingsDigest == own ? [] : ["settings"]
    }
}
