package import LivenessCore

/// What stands in Nova's cells beside what stands here.
package struct NovaComparison: Sendable {
    /// A record that stands on both sides and says another thing here.
    package struct Difference: Hashable, Sendable {
        package var there: ImportedService
        package var here: ServiceRecord
        package var fields: [String]
    }

    /// A name that two records have.
    package struct Conflict: Hashable, Sendable {
        package var name: ServiceName
        /// Who has it: the cells, or this database.
        package var holders: [String]
    }

    /// A record that was imported, and whose service has another identity there by now: it was deleted and made anew.
    package struct Replacement: Hashable, Sendable {
        package var here: ServiceRecord
        package var there: ImportedService
    }

    /// How many records of Nova were looked at.
    package private(set) var total = 0
    package private(set) var equal = 0
    /// Not here yet.
    package private(set) var missing: [ImportedService] = []
    package private(set) var differences: [Difference] = []
    package private(set) var conflicts: [Conflict] = []
    package private(set) var replacements: [Replacement] = []
    /// Over all columns of those that are on both sides, as each side has them: equal where nothing differs.
    package private(set) var checksums: (there: UInt64, here: UInt64) = (0, 0)
    /// Rows of Nova that could not be read.
    package private(set) var unreadable: [String] = []
    /// Imported once, and no longer there.
    package private(set) var orphans: [ServiceRecord] = []
    /// Records that live here and neither stand there nor were imported, but for the daemons' own: somebody else's work.
    package private(set) var others: [ServiceRecord] = []
    /// How many records that live here were imported, from wherever.
    package private(set) var imported = 0
    /// Records that live on both sides under one name, and are in no conflict: who may be spoken for.
    package private(set) var paired: [ServiceUUID: ServiceRecord] = [:]

    /// What daemons are called in their own records.
    private static let daemons = "rollcalld"

    /// - Parameters:
    ///   - cells: What each cell holds.
    ///   - records: All records here.
    ///   - takesDeleted: Whether records that are deleted in Nova are looked at as well.
    package init(_ cells: [NovaCell], here records: [ServiceRecord], takesDeleted: Bool) {
        var byIdentity: [ServiceUUID: ServiceRecord] = [:]
        var byName: [ServiceName: ServiceRecord] = [:]
        for record in records {
            byIdentity[record.uuid] = record
            if record.deletedAt == nil { byName[record.name] = record }
        }
        var living: Set<ServiceUUID> = []
        for read in cells {
            for row in read.services where row.deletedAt == nil { living.insert(row.imported(from: read.name).uuid) }
        }
        var cellOfName: [ServiceName: String] = [:]
        var cellOfIdentity: [ServiceUUID: String] = [:]
        for read in cells {
            unreadable += read.unreadable
            let cell = read.name
            for row in read.services where takesDeleted || row.deletedAt == nil {
                let service = row.imported(from: cell)
                total += 1
                let twin = cellOfIdentity.updateValue(cell, forKey: service.uuid)
                let namesake = service.deletedAt == nil ? cellOfName.updateValue(cell, forKey: service.name) : nil
                if let other = twin ?? namesake {
                    conflicts.append(Conflict(name: service.name, holders: [other, cell]))
                    continue
                }
                if let record = byIdentity[service.uuid] {
                    if service.deletedAt == nil, record.deletedAt == nil, record.name == service.name {
                        paired[service.uuid] = record
                    }
                    let fields = service.differences(from: record)
                    checksums.there &+= Checksum.of(service)
                    checksums.here &+= Checksum.of(record)
                    if fields.isEmpty {
                        equal += 1
                    } else {
                        differences.append(Difference(there: service, here: record, fields: fields))
                    }
                } else if service.deletedAt == nil, let record = byName[service.name] {
                    if record.isImported, !living.contains(record.uuid) {
                        replacements.append(Replacement(here: record, there: service))
                        continue
                    }
                    conflicts.append(Conflict(name: service.name, holders: [cell, "here"]))
                } else {
                    missing.append(service)
                }
            }
        }
        let contested = Set(conflicts.map(\.name))
        missing.removeAll { contested.contains($0.name) }
        differences.removeAll { contested.contains($0.there.name) }
        paired = paired.filter { !contested.contains($0.value.name) }
        let known = Set(cellOfIdentity.keys)
        replacements.removeAll { contested.contains($0.there.name) }
        imported = records.count { $0.isImported && $0.deletedAt == nil }
        let unknown = records.filter { $0.deletedAt == nil && !known.contains($0.uuid) }
        orphans = unknown.filter { $0.isImported && cellOfName[$0.name] == nil }
        others = unknown.filter { !$0.isImported && $0.binary != Self.daemons && !contested.contains($0.name) }
    }
}
