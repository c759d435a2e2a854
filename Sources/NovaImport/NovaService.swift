package import LivenessCore
import MariaDBClient

/// A row of Nova's table `services`.
package struct NovaService: Hashable, Sendable {
    package var id: Int64
    package var uuid: ServiceUUID?
    package var name: ServiceName
    package var topic: String
    package var version: Int32
    package var isDisabled: Bool
    package var disabledReason: String?
    package var isForcedDown: Bool
    package var reportCount: Int64
    package var lastSeenUp: Timestamp?
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?
    package var deletedAt: Timestamp?

    /// An enabled service of that name.
    package init(id: Int64, uuid: ServiceUUID?, name: ServiceName, topic: String, reportCount: Int64) {
        self.id = id
        self.uuid = uuid
        self.name = name
        self.topic = topic
        self.reportCount = reportCount
        version = 0
        isDisabled = false
        isForcedDown = false
    }

    /// Reads the columns that `NovaDatabase` asks for.
    init(_ row: MariaDBRow) throws {
        let id = try row.integer(0) ?? 0
        func text(_ index: Int, _ column: String) throws -> String {
            guard let text = try row.text(index), !text.isEmpty else {
                throw NovaError("services row \(id): \(column) is empty")
            }
            let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "/" }
            guard isPrintable, text.unicodeScalars.count <= NameRule.longestName else {
                throw NovaError(
                    "services row \(id): \(column) is no name: expected 1 to 255 characters without / or controls"
                )
            }
            return text
        }
        self.id = id
        name = ServiceName(host: try text(1, "host"), binary: try text(2, "binary"))
        topic = try row.text(3) ?? ""
        reportCount = try row.integer(4) ?? 0
        isDisabled = try row.integer(5) ?? 0 != 0
        let isDeleted = try row.integer(6) ?? 0 != 0
        if let written = try row.text(7) {
            guard let uuid = ServiceUUID(written) else {
                throw NovaError("services row \(id): uuid is \"\(written.prefix(64))\", expected a UUID")
            }
            self.uuid = uuid
        }
        version = Int32(clamping: max(try row.integer(8) ?? 0, 0))
        isForcedDown = try row.integer(9) ?? 0 != 0
        disabledReason = try row.text(10)
        lastSeenUp = try row.integer(11).map(Timestamp.init(microseconds:))
        createdAt = try row.integer(12).map(Timestamp.init(microseconds:))
        updatedAt = try row.integer(13).map(Timestamp.init(microseconds:))
        let deleted = try row.integer(14).map(Timestamp.init(microseconds:))
        deletedAt = isDeleted ? deleted ?? updatedAt ?? createdAt ?? Timestamp(microseconds: 0) : nil
    }

    /// As it is to be here.
    ///
    /// A reason means something only while it is disabled; an empty one is none. Who has no UUID gets one that depends on
    /// its cell, id and name alone, so that it is the same each time.
    package func imported(from cell: String) -> ImportedService {
        var service = ImportedService(
            uuid: uuid ?? Self.uuid(of: "\(cell)/\(id)/\(name.host)/\(name.binary)"),
            name: name,
            topic: topic.isEmpty ? NameRule.defaultTopic(binary: name.binary) : topic
        )
        service.version = version
        service.isDisabled = isDisabled
        service.disabledReason = isDisabled ? disabledReason.flatMap { $0.isEmpty ? nil : $0 } : nil
        service.isForcedDown = isForcedDown
        service.createdAt = createdAt
        service.deletedAt = deletedAt
        return service
    }

    /// A version 8 UUID (RFC 9562, for what an application makes itself) of two FNV-1a hashes.
    private static func uuid(of text: String) -> ServiceUUID {
        func hash(_ start: UInt64) -> UInt64 {
            text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
        let high = hash(0xCBF2_9CE4_8422_2325) & ~0xF000 | 0x8000
        let low = hash(0x8422_2325_CBF2_9CE4) & ~(0b11 << 62) | 0b10 << 62
        return ServiceUUID(high: high, low: low)
    }
}
