/// A heartbeat that is more than a renewal, as the store is asked about it.
package struct Admission: Hashable, Sendable {
    package var name: ServiceName
    /// nil: not stated.
    ///
    /// The store applies the defaults at creation only.
    package var topic: String?
    package var zone: String?
    package var version: Int32?
    package var worker: String
    package var incarnation: String?
    package var sequence: UInt64?
    /// What it stated, or else what it is told; nil: as it is.
    package var reportInterval: Duration?
    /// Creates again what was deleted, where incarnations are not used.
    package var register: Bool
    /// Whether an unknown name may be created at all (`records.auto_register`).
    package var mayCreate: Bool
    /// Whether what it creates is enabled (`records.enable_new_services`).
    package var createsEnabled: Bool
    /// The identity of the record, should one be created.
    package var uuid: ServiceUUID
    package var daemon: String

    package init(name: ServiceName, worker: String, uuid: ServiceUUID, daemon: String) {
        self.name = name
        self.worker = worker
        self.register = false
        self.mayCreate = true
        self.createsEnabled = true
        self.uuid = uuid
        self.daemon = daemon
    }
}

/// What the store made of an admission.
package enum AdmissionResult: Hashable, Sendable {
    /// It counts: the record and the worker's current incarnation as they now are.
    ///
    /// `transitions` holds the rows written (`created`, `updated`), and is empty for a mere change of incarnation or
    /// attributes.
    case admitted(ServiceRecord, IncarnationRecord, transitions: [Transition])
    case rejected(HeartbeatRejection)
}

/// Why a heartbeat does not count.
package enum HeartbeatRejection: UInt8, Sendable, CaseIterable {
    case malformed
    case invalidInterval
    case nameTooLong
    /// The name is unknown and may not be created.
    case notRegistered
    /// The service uses incarnations and this heartbeat states none.
    case incarnationRequired
    /// A newer incarnation took its place, or it is older than what is remembered.
    case staleIncarnation
    /// Its sequence has not been newer for one report interval: a cloned machine.
    case staleSequence
    /// This incarnation has left.
    case left
    /// The record was deleted and this incarnation was known then.
    case serviceDeleted
    case forbidden
    case databaseUnavailable

    /// The code in the contract.
    package var code: String {
        switch self {
        case .malformed: "malformed"
        case .invalidInterval: "invalid_interval"
        case .nameTooLong: "name_too_long"
        case .notRegistered: "not_registered"
        case .incarnationRequired: "incarnation_required"
        case .staleIncarnation: "stale_incarnation"
        case .staleSequence: "stale_sequence"
        case .left: "left"
        case .serviceDeleted: "service_deleted"
        case .forbidden: "forbidden"
        case .databaseUnavailable: "database_unavailable"
        }
    }
}

/// A worker that says good-bye, or whose agent says that it failed.
package struct Departure: Hashable, Sendable {
    package enum Manner: Hashable, Sendable {
        case left
        case failed(message: String?)
    }

    package var name: ServiceName
    package var worker: String
    /// nil: of a service that does not use incarnations.
    package var incarnation: String?
    package var manner: Manner

    package init(name: ServiceName, worker: String, incarnation: String?, manner: Manner) {
        self.name = name
        self.worker = worker
        self.incarnation = incarnation
        self.manner = manner
    }
}

package enum DepartureResult: Hashable, Sendable {
    /// Durable, now or already before.
    ///
    /// The record's `leftAt` is set once every worker of it left.
    case departed(ServiceRecord, IncarnationRecord)
    /// There is no such service, or no such worker of it.
    case notFound
    /// It named no incarnation, or not a current one, of a service that uses them.
    case notCurrent
}
