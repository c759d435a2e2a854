import LivenessCore

/// A sum over records that does not depend on their order: FNV-1a of each, with every column that is compared.
enum Checksum {
    static func of(_ service: ImportedService) -> UInt64 {
        sum([
            service.uuid.description, service.name.host, service.name.binary, service.topic, "\(service.version)",
            "\(service.isDisabled)", service.disabledReason ?? "\u{0}", "\(service.isForcedDown)",
            "\(service.deletedAt != nil)",
        ])
    }

    static func of(_ record: ServiceRecord) -> UInt64 {
        sum([
            record.uuid.description, record.host, record.binary, record.topic, "\(record.version)",
            "\(record.isDisabled)", record.disabledReason ?? "\u{0}", "\(record.forcedDown != nil)",
            "\(record.deletedAt != nil)",
        ])
    }

    private static func sum(_ columns: [String]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for column in columns {
            for byte in column.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            // No byte of UTF-8: what ends a column.
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return hash
    }
}
