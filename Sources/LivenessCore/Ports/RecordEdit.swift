/// What an operator creates.
package struct ServiceDraft: Hashable, Sendable {
    package var uuid: ServiceUUID
    package var name: ServiceName
    package var topic: String?
    package var zone: String?
    package var isDisabled: Bool
    package var disabledReason: String?
    package var by: String?

    package init(uuid: ServiceUUID, name: ServiceName) {
        self.uuid = uuid
        self.name = name
        self.isDisabled = false
    }
}

/// An operator's edit of one record.
///
/// What is nil stays as it is; the inner optional clears.
package struct RecordEdit: Hashable, Sendable {
    package var uuid: ServiceUUID
    /// The edit number the operator saw; another one now is a conflict.
    ///
    /// nil: whatever it is.
    package var expectedEdit: Int64?
    package var isDisabled: Bool?
    package var disabledReason: String??
    package var forcedDown: Bool?
    package var forcedDownReason: String??
    package var forcedDownUntil: Timestamp??
    package var zone: String??
    package var by: String?

    package init(uuid: ServiceUUID) {
        self.uuid = uuid
    }
}

package enum EditResult: Hashable, Sendable {
    /// The record as it now is, and its `updated` row.
    ///
    /// An edit that changes nothing writes no row and keeps the edit number.
    case edited(ServiceRecord, transitions: [Transition])
    case notFound
    /// The edit number was another: the record as it is.
    case conflict(ServiceRecord)
    /// The edit contradicts the record it would make (a disabled reason for an enabled service; a reason or an end of
    /// a forced down for a service that is not forced down).
    case contradiction(field: String, message: String)
}
