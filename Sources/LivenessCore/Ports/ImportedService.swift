/// A record of another system's database, to be taken over with its identity.
///
/// Whether and when it was heard there is not part of it: here it is heard when a heartbeat comes.
package struct ImportedService: Hashable, Sendable {
    package var uuid: ServiceUUID
    package var name: ServiceName
    package var topic: String
    package var version: Int32
    package var isDisabled: Bool
    package var disabledReason: String?
    package var isForcedDown: Bool
    package var createdAt: Timestamp?
    package var deletedAt: Timestamp?

    package init(uuid: ServiceUUID, name: ServiceName, topic: String) {
        self.uuid = uuid
        self.name = name
        self.topic = topic
        version = 0
        isDisabled = false
        isForcedDown = false
    }

    /// The fields in which a record of the same identity says another thing; none where it says the same.
    package func differences(from record: ServiceRecord) -> [String] {
        var fields: [String] = []
        if name.host != record.host { fields.append("host") }
        if name.binary != record.binary { fields.append("binary") }
        if topic != record.topic { fields.append("topic") }
        if version != record.version { fields.append("version") }
        if isDisabled != record.isDisabled { fields.append("disabled") }
        if disabledReason != record.disabledReason { fields.append("disabled_reason") }
        if isForcedDown != (record.forcedDown != nil) { fields.append("forced_down") }
        if (deletedAt == nil) != (record.deletedAt == nil) { fields.append("deleted") }
        return fields
    }
}

/// What became of an imported record.
package enum ImportResult: Hashable, Sendable {
    case imported(ServiceRecord, transitions: [Transition])
    /// A record of that identity is here already; nothing was written.
    case present(ServiceRecord)
    /// A record of another identity has the name; nothing was written.
    case conflict(ServiceRecord)
}

extension ServiceRecord {
    /// Who forces a record down that was forced down where it came from.
    package static let importer = "import-nova"

    /// A record taken over from another system at that time: nobody has heard it here yet.
    package init(_ imported: ImportedService, at: Timestamp) {
        self.init(
            id: 0,
            uuid: imported.uuid,
            name: imported.name,
            topic: imported.topic,
            zone: NameRule.defaultZone(topic: imported.topic),
            createdAt: imported.createdAt ?? at
        )
        version = imported.version
        isDisabled = imported.isDisabled
        disabledReason = imported.disabledReason
        if imported.isForcedDown {
            forcedDown = ForcedDown(reason: "forced down before the import", by: Self.importer, at: at, until: nil)
        }
        recorded.since = at
        isImported = true
        deletedAt = imported.deletedAt
    }
}
