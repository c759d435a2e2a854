/// One worker of a service that has named workers.
package struct Worker: Sendable {
    package var name: String
    package var incarnation: String?
    package var incarnationHash: UInt64
    package var number: Int64
    package var version: Int32
    package var sequence: UInt64
    /// Of the attributes its last heartbeat stated.
    package var attributesHash: UInt32
    /// On our clock; `.distantPast` when this daemon has not heard it.
    package var lastHeard: Instant
    package var lastSeenUp: Timestamp?
    package var hasLeft: Bool
    package var hasFailed: Bool
    package var isDirty: Bool

    init(_ record: IncarnationRecord, hasher: NameHasher) {
        name = record.worker
        incarnation = record.incarnation
        incarnationHash = hasher.incarnation(record.incarnation)
        number = record.number
        version = record.version
        sequence = record.lastSequence ?? 0
        attributesHash = 0
        lastHeard = .distantPast
        lastSeenUp = record.lastSeenUp
        hasLeft = record.leftAt != nil
        hasFailed = record.failedAt != nil
        isDirty = false
    }
}
