package import LivenessCore

/// Remembers what was seen of Nova's records, and says what has happened since.
///
/// A service was heard there when its `report_count` has grown since the look before; the first look hears nobody, nor does
/// one long after the one before, so that who stopped in between does not come to life here. It speaks only for records
/// that are here: for any other name a heartbeat would make a record of another identity.
package struct NovaFollower: Sendable {
    private struct Row: Hashable {
        var cell: Int
        var id: Int64
    }

    private var counts: [Row: Int64] = [:]
    /// Who may be spoken for, as last compared.
    private var paired: Set<ServiceUUID> = []
    private var considered: Set<ServiceUUID> = []
    /// The edit number that a record has after an edit of ours: one with another was edited by somebody here.
    private var edits: [ServiceUUID: Int64] = [:]
    /// Services that are heard here themselves and need no messenger.
    package private(set) var moved: Set<ServiceUUID> = []

    package init() {}

    /// Takes in a look at a cell; answers who was heard since the one before, nobody where it was the first in a while.
    package mutating func heard(_ cell: NovaCell, isFirst: Bool) -> [ImportedService] {
        var heard: [ImportedService] = []
        for row in cell.services where row.deletedAt == nil {
            let before = counts.updateValue(row.reportCount, forKey: Row(cell: cell.place, id: row.id))
            guard let before, row.reportCount > before, !isFirst else { continue }
            let service = row.imported(from: cell.name)
            if paired.contains(service.uuid), !moved.contains(service.uuid) { heard.append(service) }
        }
        return heard
    }

    /// Whether a record has come there that no comparison has seen.
    package func hasNew(_ cell: NovaCell) -> Bool {
        cell.services.contains { $0.deletedAt == nil && !considered.contains($0.imported(from: cell.name).uuid) }
    }

    /// Both sides were compared.
    ///
    /// A record that says here what it says there was edited by nobody, or by a follower before this one.
    package mutating func compared(_ cells: [NovaCell], _ comparison: NovaComparison) {
        considered = []
        for cell in cells {
            for row in cell.services where row.deletedAt == nil {
                considered.insert(row.imported(from: cell.name).uuid)
            }
        }
        paired = Set(comparison.paired.keys)
        let differing = Set(comparison.differences.map(\.here.uuid))
        for (uuid, record) in comparison.paired where edits[uuid] == nil && !differing.contains(uuid) {
            edits[uuid] = record.edit
        }
    }

    /// This one beats here itself from now on.
    package mutating func hasMoved(_ service: ImportedService) {
        moved.insert(service.uuid)
    }

    /// What operators changed in Nova, as edits of the records here, except those that somebody here has edited.
    ///
    /// A follower before this one may have edited a record: that it was forced down by an import shows.
    package func edits(for comparison: NovaComparison) -> [RecordEdit] {
        comparison.differences.compactMap { difference in
            var fields = Self.editable.intersection(difference.fields)
            if difference.here.edit != edits[difference.here.uuid] ?? 1 {
                guard difference.here.forcedDown?.by == ServiceRecord.importer else { return nil }
                fields.formIntersection(["forced_down"])
            }
            guard !fields.isEmpty else { return nil }
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

    private static let editable: Set = ["disabled", "disabled_reason", "forced_down"]

    /// An edit of ours was made.
    package mutating func made(_ record: ServiceRecord) {
        edits[record.uuid] = record.edit
    }
}
