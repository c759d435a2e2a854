/// A service that another daemon has heard, as the back end shows it: no more than what a million of them may cost.
package struct ObservedHeartbeat: Hashable, Sendable {
    /// Of the service's record.
    package var id: Int64
    package var uuid: ServiceUUID
    /// The fencing token of the incarnation heard; of several workers the highest.
    package var incarnationNumber: Int64
    package var sequence: UInt64?
    /// What its record says of it; another than known means that the record is to be read.
    package var version: Int32
    package var reportInterval: Duration
    package var reportCount: Int64

    package init(
        id: Int64,
        uuid: ServiceUUID,
        incarnationNumber: Int64,
        sequence: UInt64?,
        version: Int32,
        reportInterval: Duration,
        reportCount: Int64
    ) {
        self.id = id
        self.uuid = uuid
        self.incarnationNumber = incarnationNumber
        self.sequence = sequence
        self.version = version
        self.reportInterval = reportInterval
        self.reportCount = reportCount
    }

    /// What a record says of its last heartbeat.
    package init(_ record: ServiceRecord) {
        self.init(
            id: record.id,
            uuid: record.uuid,
            incarnationNumber: record.incarnationNumber,
            sequence: record.lastSequence,
            version: record.version,
            reportInterval: record.reportInterval,
            reportCount: record.reportCount
        )
    }
}

/// A session of a service's own, which stands in the back end from now on or has ended.
package struct ObservedSession: Hashable, Sendable {
    /// Of the record.
    package var uuid: ServiceUUID
    /// Whose session it is.
    package var incarnation: String?
    package var isStanding: Bool

    package init(uuid: ServiceUUID, incarnation: String?, isStanding: Bool) {
        self.uuid = uuid
        self.incarnation = incarnation
        self.isStanding = isStanding
    }
}
