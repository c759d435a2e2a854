/// A change of state that was decided and is to be recorded.
package struct StateChange: Hashable, Sendable {
    package var serviceID: Int64
    /// The `state_revision` of the service when it was judged.
    package var judgedRevision: Int64
    package var verdict: Verdict
    package var at: Timestamp

    package init(serviceID: Int64, judgedRevision: Int64, verdict: Verdict, at: Timestamp) {
        self.serviceID = serviceID
        self.judgedRevision = judgedRevision
        self.verdict = verdict
        self.at = at
    }
}

package enum RecordingResult: Hashable, Sendable {
    case recorded(Transition)
    /// Someone was first: the service as it is, or nil when it is deleted.
    case superseded(ServiceRecord?)
}

/// An event of one daemon.
package struct DaemonEvent: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case degraded
        case recovered
        case brakeEngaged = "brake_engaged"
        case brakeReleased = "brake_released"
        /// Another liveness driver decides: the topic names it.
        case driverSwitched = "driver_switched"
    }

    package var kind: Kind
    package var daemon: String
    package var host: String
    /// The record `rollcalld` of that host.
    package var uuid: ServiceUUID
    package var topic: String
    package var zone: String
    package var at: Timestamp

    package init(
        kind: Kind,
        daemon: String,
        host: String,
        uuid: ServiceUUID,
        topic: String,
        zone: String,
        at: Timestamp
    ) {
        self.kind = kind
        self.daemon = daemon
        self.host = host
        self.uuid = uuid
        self.topic = topic
        self.zone = zone
        self.at = at
    }
}

/// Rows of the log, and the records they are about.
package struct LogNews: Sendable {
    package var page: TransitionPage
    package var records: LoadedPage

    package init(page: TransitionPage, records: LoadedPage) {
        self.page = page
        self.records = records
    }
}

package struct TransitionPage: Hashable, Sendable {
    package var transitions: [Transition]
    package var head: LogHead

    package init(transitions: [Transition], head: LogHead) {
        self.transitions = transitions
        self.head = head
    }
}
