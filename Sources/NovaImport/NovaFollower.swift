package import LivenessCore

/// Remembers what was seen of Nova's records, and says what has happened since.
///
/// A service was heard there when its `report_count` has grown since the look before; the first look hears nobody, so one
/// that stopped long ago does not come to life here.
package struct NovaFollower: Sendable {
    private var counts: [ServiceUUID: Int64] = [:]
    /// The edit number that a record has after an edit of ours: one with another was edited by somebody here.
    private var edits: [ServiceUUID: Int64] = [:]
    /// Services that are heard here themselves and need no messenger.
    package private(set) var moved: Set<ServiceUUID> = []

    package init() {}

    /// Takes in a look at the cells; answers who was heard since the one before.
    package mutating func heard(_ cells: [NovaCell]) -> [ImportedService] {
        var heard: [ImportedService] = []
        for cell in cells {
            for row in cell.services where row.deletedAt == nil {
                let service = row.imported(from: cell.name)
                let before = counts.updateValue(row.reportCount, forKey: service.uuid)
                if let before, row.reportCount > before, !moved.contains(service.uuid) { heard.append(service) }
            }
        }
        return heard
    }

    /// This one beats here itself from now on.
    package mutating func hasMoved(_ service: ImportedService) {
        moved.insert(service.uuid)
    }

    /// What operators changed in Nova, as edits of the records here, except those that somebody here has edited.
    package func edits(for comparison: NovaComparison) -> [RecordEdit] {
        comparison.differences.compactMap { difference in
            let editable: Set = ["disabled", "disabled_reason", "forced_down"]
            let fields = editable.intersection(difference.fields)
            guard !fields.isEmpty, difference.here.edit == edits[difference.here.uuid] ?? 1 else { return nil }
            var edit = RecordEdit(uuid: difference.here.uuid)
            edit.expectedEdit = difference.here.edit
            edit.by = ServiceRecord.importer
            if fields.contains("disabled") { edit.isDisabled = difference.there.isDisabled }
            if difference.there.isDisabled, fields.contains("disabled_reason") {
                edit.disabledReason = .some(difference.there.disabledReason)
            }
            if fields.contains("forced_down") { edit.forcedDown = difference.there.isForcedDown }
            return edit
        }
    }

    /// An edit of ours was made.
    package mutating func made(_ record: ServiceRecord) {
        edits[record.uuid] = record.edit
    }
}
