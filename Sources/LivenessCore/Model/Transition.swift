/// One row of the transition log.
package struct Transition: Hashable, Sendable {
    /// Its position in the log: 1, 2, 3, … without gaps.
    package var revision: Int64
    package var kind: Kind
    package var uuid: ServiceUUID
    package var host: String
    package var binary: String
    package var topic: String
    package var zone: String
    package var from: LivenessState?
    package var to: LivenessState?
    /// A `Reason`'s word for kind `state` and `created`; what was edited for `updated`; what happened for `daemon`.
    package var reason: String
    package var at: Timestamp
    /// Changes of state of this service that stood between its row before and this one, and were folded into this one.
    package var folded: Int64 = 0

    package enum Kind: String, Sendable, CaseIterable {
        case state
        case created
        case updated
        case deleted
        case daemon
    }

    package init(
        revision: Int64,
        kind: Kind,
        uuid: ServiceUUID,
        host: String,
        binary: String,
        topic: String,
        zone: String,
        from: LivenessState?,
        to: LivenessState?,
        reason: String,
        at: Timestamp
    ) {
        self.revision = revision
        self.kind = kind
        self.uuid = uuid
        self.host = host
        self.binary = binary
        self.topic = topic
        self.zone = zone
        self.from = from
        self.to = to
        self.reason = reason
        self.at = at
    }
}

/// Where the transition log stands.
package struct LogHead: Hashable, Sendable {
    /// Names this log; a database that was restored or replaced has another.
    package var logID: String
    /// The newest revision.
    package var revision: Int64
    /// The oldest revision still kept; `revision + 1` when none is.
    package var oldest: Int64

    package init(logID: String, revision: Int64, oldest: Int64) {
        self.logID = logID
        self.revision = revision
        self.oldest = oldest
    }
}
