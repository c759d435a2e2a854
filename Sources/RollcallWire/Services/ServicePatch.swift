/// The body of `PATCH /v1/services/{uuid}`: what an operator changes, applied whole or not at all.
public struct ServicePatch: Hashable, Sendable {
    /// Enabled or disabled; `nil` leaves it.
    public var status: WireStatus?
    /// Why it is disabled.
    public var disabledReason: Patched<String> = .unchanged
    /// Whether it is forced down; `nil` leaves it.
    public var forcedDown: Bool?
    /// Why it is forced down.
    public var forcedDownReason: Patched<String> = .unchanged
    /// When forcing ends by itself.
    public var forcedDownUntil: Patched<WireMoment> = .unchanged
    /// The operator's zone, which wins over the heartbeat's; cleared, the heartbeat's is back.
    public var zone: Patched<String> = .unchanged

    /// An edit that changes nothing.
    public init() {}
}

extension ServicePatch: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case status
        case disabledReason = "disabled_reason"
        case forcedDown = "forced_down"
        case forcedDownReason = "forced_down_reason"
        case forcedDownUntil = "forced_down_until"
        case zone
    }

    /// Reads an edit.
    ///
    /// A key it does not know is an error that names it: ignoring it would look like success.
    public init(from decoder: any Decoder) throws {
        for field in try decoder.container(keyedBy: FieldName.self).allKeys
        where CodingKeys(rawValue: field.stringValue) == nil {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [field], debugDescription: "unknown key \(field.stringValue)")
            )
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A null status or forced_down has no meaning and is refused as a wrong type.
        if container.contains(.status) { status = try container.decode(WireStatus.self, forKey: .status) }
        if container.contains(.forcedDown) { forcedDown = try container.decode(Bool.self, forKey: .forcedDown) }
        disabledReason = try container.decodePatched(String.self, forKey: .disabledReason)
        forcedDownReason = try container.decodePatched(String.self, forKey: .forcedDownReason)
        forcedDownUntil = try container.decodePatched(WireMoment.self, forKey: .forcedDownUntil)
        zone = try container.decodePatched(String.self, forKey: .zone)
    }

    /// Writes only what changes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(status, forKey: .status)
        try container.encode(patched: disabledReason, forKey: .disabledReason)
        try container.encodeIfPresent(forcedDown, forKey: .forcedDown)
        try container.encode(patched: forcedDownReason, forKey: .forcedDownReason)
        try container.encode(patched: forcedDownUntil, forKey: .forcedDownUntil)
        try container.encode(patched: zone, forKey: .zone)
    }
}
