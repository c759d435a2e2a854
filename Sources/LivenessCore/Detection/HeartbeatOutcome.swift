/// What became of one heartbeat of a batch.
package struct HeartbeatOutcome: Sendable {
    package enum Kind: Hashable, Sendable {
        /// It counts.
        case renewed
        /// Not newer than one before: it changes nothing and is no error.
        case repeated
        /// More than a renewal: the store decides.
        case pending
        case rejected(HeartbeatRejection)
    }

    package static let noService = UInt32.max

    /// The dense number of its service; `noService` where there is none.
    package var service: UInt32
    package var kind: Kind
    /// Its state, status or interval changed since its last answer.
    package var isNews: Bool

    /// It proves that its service lives.
    package var isHeard: Bool { kind == .renewed }

    package init(service: UInt32, kind: Kind, isNews: Bool = false) {
        self.service = service
        self.kind = kind
        self.isNews = isNews
    }
}

/// What a heartbeat's answer tells its service.
package struct HeartbeatAnswer: Sendable {
    package var uuid: ServiceUUID
    package var incarnationNumber: Int64
    package var verdict: Verdict
    package var isDisabled: Bool
    package var reportInterval: Duration
    /// Until its deadline, should no other heartbeat come.
    package var deadlineIn: Duration
}
