/// What an edit makes of a record.
package enum EditDecision: Hashable, Sendable {
    case unchanged
    /// The names of the fields that changed, as the contract spells them, with a space between them: the reason of
    /// the `updated` row.
    case changed(fields: String)
    case conflict
    case contradiction(field: String, message: String)
}

extension ServiceRecord {
    /// Applies an operator's edit whole, or leaves the record as it is.
    ///
    /// Enabling clears the disabled reason and lifting a forced down clears all that belongs to it. Who forced it
    /// down, and when, stay with the first who did.
    package mutating func apply(_ edit: RecordEdit, at: Timestamp) -> EditDecision {
        if let expected = edit.expectedEdit, expected != self.edit { return .conflict }
        var edited = self

        edited.isDisabled = edit.isDisabled ?? isDisabled
        if let reason = edit.disabledReason { edited.disabledReason = reason }
        if !edited.isDisabled {
            if case .some(.some) = edit.disabledReason {
                return .contradiction(
                    field: "disabled_reason",
                    message: "disabled_reason is for a service that is disabled, and this one is enabled"
                )
            }
            edited.disabledReason = nil
        }

        if edit.forcedDown ?? (forcedDown != nil) {
            var forced = forcedDown ?? ForcedDown(reason: nil, by: edit.by, at: at, until: nil)
            if let reason = edit.forcedDownReason { forced.reason = reason }
            if let until = edit.forcedDownUntil { forced.until = until }
            edited.forcedDown = forced
        } else {
            if case .some(.some) = edit.forcedDownReason {
                return .contradiction(
                    field: "forced_down_reason",
                    message: "forced_down_reason is for a service that is forced down, and this one is not"
                )
            }
            if case .some(.some) = edit.forcedDownUntil {
                return .contradiction(
                    field: "forced_down_until",
                    message: "forced_down_until is for a service that is forced down, and this one is not"
                )
            }
            edited.forcedDown = nil
        }

        if let zone = edit.zone { edited.operatorZone = zone }

        let fields = edited.fieldsThatDiffer(from: self)
        guard !fields.isEmpty else { return .unchanged }
        edited.edit &+= 1
        edited.updatedAt = at
        self = edited
        return .changed(fields: fields.joined(separator: " "))
    }

    /// Clears a forced down whose time is over.
    package mutating func forcedDownExpired(at: Timestamp) {
        forcedDown = nil
        edit &+= 1
        updatedAt = at
    }

    private func fieldsThatDiffer(from old: ServiceRecord) -> [String] {
        var fields: [String] = []
        if isDisabled != old.isDisabled { fields.append("status") }
        if disabledReason != old.disabledReason { fields.append("disabled_reason") }
        if (forcedDown == nil) != (old.forcedDown == nil) { fields.append("forced_down") }
        if forcedDown?.reason != old.forcedDown?.reason { fields.append("forced_down_reason") }
        if forcedDown?.until != old.forcedDown?.until { fields.append("forced_down_until") }
        if operatorZone != old.operatorZone { fields.append("zone") }
        return fields
    }
}
