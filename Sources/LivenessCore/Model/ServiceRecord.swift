/// A service's record as the store keeps it: who it is, what operators said of it, what was last recorded of it.
package struct ServiceRecord: Hashable, Sendable {
    /// The store's own number of the row.
    package var id: Int64
    package var uuid: ServiceUUID
    package var host: String
    package var binary: String
    package var topic: String
    /// The zone its heartbeats name (or the default).
    package var reportedZone: String
    /// The zone an operator set, which wins until cleared.
    package var operatorZone: String?
    package var version: Int32
    /// The interval it last stated or was last told, whichever is longer.
    package var reportInterval: Duration

    package var isDisabled: Bool
    package var disabledReason: String?
    package var forcedDown: ForcedDown?

    /// What was last recorded in the transition log.
    package var recorded: RecordedState

    package var lastSeenUp: Timestamp?
    package var reportCount: Int64
    package var lastSequence: UInt64?
    /// The newest current incarnation of its workers; nil where none was ever stated.
    package var incarnation: String?
    /// Its fencing token, counted over all workers of the service; 0 where none was ever stated.
    package var incarnationNumber: Int64
    /// No daemon ever heard it.
    package var isNeverHeard: Bool
    package var isImported: Bool
    package var leftAt: Timestamp?
    package var failure: Failure?

    /// Counts edits by operators; the record's ETag is made of it.
    ///
    /// Heartbeats do not move it.
    package var edit: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp?
    package var deletedAt: Timestamp?
    /// The daemon that last flushed a heartbeat of it, and that daemon's flush count then.
    package var lastDaemon: String?
    package var lastFlush: Int64

    package var name: ServiceName { ServiceName(host: host, binary: binary) }
    package var zone: String { operatorZone ?? reportedZone }

    package init(id: Int64, uuid: ServiceUUID, name: ServiceName, topic: String, zone: String, createdAt: Timestamp) {
        self.id = id
        self.uuid = uuid
        self.host = name.host
        self.binary = name.binary
        self.topic = topic
        self.reportedZone = zone
        self.version = 0
        self.reportInterval = .zero
        self.isDisabled = false
        self.recorded = RecordedState(state: .unknown, reason: .neverReported, since: createdAt, revision: 0)
        self.reportCount = 0
        self.incarnationNumber = 0
        self.isNeverHeard = true
        self.isImported = false
        self.edit = 1
        self.createdAt = createdAt
        self.lastFlush = 0
    }
}

/// The state of a service that the transition log ends with.
package struct RecordedState: Hashable, Sendable {
    package var state: LivenessState
    package var reason: Reason
    /// The last state that was not unknown.
    package var lastState: LivenessState?
    package var since: Timestamp
    /// The revision of the transition that recorded it; 0 before the first.
    package var revision: Int64

    package init(
        state: LivenessState,
        reason: Reason,
        lastState: LivenessState? = nil,
        since: Timestamp,
        revision: Int64
    ) {
        self.state = state
        self.reason = reason
        self.lastState = lastState
        self.since = since
        self.revision = revision
    }

    package var verdict: Verdict { Verdict(state, reason, lastState: lastState) }
}

/// An operator's word that a service is down.
package struct ForcedDown: Hashable, Sendable {
    package var reason: String?
    package var by: String?
    package var at: Timestamp
    /// When it ends by itself, on the database's clock.
    package var until: Timestamp?

    package init(reason: String?, by: String?, at: Timestamp, until: Timestamp?) {
        self.reason = reason
        self.by = by
        self.at = at
        self.until = until
    }
}

/// An agent's word that its service failed.
package struct Failure: Hashable, Sendable {
    package var at: Timestamp
    package var message: String?

    package init(at: Timestamp, message: String?) {
        self.at = at
        self.message = message
    }
}

/// One start of one worker of a service, as the store keeps it.
package struct IncarnationRecord: Hashable, Sendable {
    package var serviceID: Int64
    package var worker: String
    /// nil for a worker that never stated one.
    package var incarnation: String?
    package var number: Int64
    package var version: Int32
    package var firstSeen: Timestamp
    package var lastSeenUp: Timestamp?
    package var lastSequence: UInt64?
    package var failedAt: Timestamp?
    package var replacedAt: Timestamp?
    package var leftAt: Timestamp?

    /// Whether it is the one whose heartbeats count.
    package var isCurrent: Bool { replacedAt == nil }

    package init(
        serviceID: Int64,
        worker: String,
        incarnation: String?,
        number: Int64,
        version: Int32,
        firstSeen: Timestamp
    ) {
        self.serviceID = serviceID
        self.worker = worker
        self.incarnation = incarnation
        self.number = number
        self.version = version
        self.firstSeen = firstSeen
    }
}
