import LivenessCore
import RollcallWire

/// What an operator can change of a record, as the audit log shows it.
struct EditableValues: CustomStringConvertible {
    private var isDisabled: Bool
    private var disabledReason: String?
    private var forcedDown: ForcedDown?
    private var zone: String?

    init(_ record: ServiceRecord) {
        isDisabled = record.isDisabled
        disabledReason = record.disabledReason
        forcedDown = record.forcedDown
        zone = record.operatorZone
    }

    /// As this daemon sees it; `nil` when there is no such record.
    init?(_ uuid: ServiceUUID, on board: Board) {
        guard let service = board.find(uuid) else { return nil }
        let extras = board.extras[service]
        isDisabled = board.cards[Int(service)].flags.contains(.disabled)
        disabledReason = extras?.disabledReason
        forcedDown = extras?.forcedDown
        zone = board.profile(of: service).operatorZone
    }

    var description: String {
        var words = ["status=\(isDisabled ? "disabled" : "enabled")"]
        if let disabledReason { words.append("disabled_reason=\(String(reflecting: disabledReason))") }
        words.append("forced_down=\(forcedDown != nil)")
        if let reason = forcedDown?.reason { words.append("forced_down_reason=\(String(reflecting: reason))") }
        if let until = forcedDown?.until {
            words.append("forced_down_until=\(WireTime(microseconds: until.microseconds))")
        }
        if let zone { words.append("zone=\(String(reflecting: zone))") }
        return words.joined(separator: " ")
    }
}

extension AuditLog {
    /// A record was edited.
    func edited(_ record: ServiceRecord, from old: EditableValues?, by caller: String) {
        changed(
            by: caller,
            "service edited",
            of: record.words,
            from: old?.description,
            to: EditableValues(record).description
        )
    }
}

extension ServiceRecord {
    /// `BINARY on HOST (UUID)`.
    var words: String { "\(binary) on \(host) (\(uuid))" }
}

extension Board {
    /// `BINARY on HOST (UUID)`; the uuid alone where there is no such record.
    func words(of uuid: ServiceUUID) -> String {
        guard let service = find(uuid) else { return uuid.description }
        return withName(of: service) { host, binary in
            "\(String(decoding: binary, as: UTF8.self)) on \(String(decoding: host, as: UTF8.self)) (\(uuid))"
        }
    }
}
