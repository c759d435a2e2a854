extension WireService: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case uuid, host, binary, topic, zone, status
        case disabledReason = "disabled_reason"
        case state
        case stateReason = "state_reason"
        case stateSince = "state_since"
        case lastState = "last_state"
        case forcedDown = "forced_down"
        case forcedDownReason = "forced_down_reason"
        case forcedDownBy = "forced_down_by"
        case forcedDownAt = "forced_down_at"
        case forcedDownUntil = "forced_down_until"
        case version
        case reportInterval = "report_interval"
        case reportCount = "report_count"
        case lastSeenUp = "last_seen_up"
        case age, incarnation
        case incarnationNumber = "incarnation_number"
        case workers, driver, flapping
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case index
    }

    /// The names of the fields, in the order in which they are shown.
    public static let fieldNames: [String] = CodingKeys.allCases.map(\.rawValue)

    private static let knownFields = Set(fieldNames)

    /// Reads a service.
    ///
    /// Only uuid, host and binary must be there: `fields=` and older daemons leave others out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            uuid: try container.decode(String.self, forKey: .uuid),
            host: try container.decode(String.self, forKey: .host),
            binary: try container.decode(String.self, forKey: .binary)
        )
        topic = try container.decodeIfPresent(String.self, forKey: .topic) ?? topic
        zone = try container.decodeIfPresent(String.self, forKey: .zone) ?? zone
        status = try container.decodeIfPresent(WireStatus.self, forKey: .status) ?? status
        disabledReason = try container.decodeIfPresent(String.self, forKey: .disabledReason)
        state = try container.decodeIfPresent(WireState.self, forKey: .state) ?? state
        stateReason = try container.decodeIfPresent(WireReason.self, forKey: .stateReason) ?? stateReason
        stateSince = try container.decodeIfPresent(WireTime.self, forKey: .stateSince)
        lastState = try container.decodeIfPresent(WireState.self, forKey: .lastState)
        forcedDown = try container.decodeIfPresent(Bool.self, forKey: .forcedDown) ?? forcedDown
        forcedDownReason = try container.decodeIfPresent(String.self, forKey: .forcedDownReason)
        forcedDownBy = try container.decodeIfPresent(String.self, forKey: .forcedDownBy)
        forcedDownAt = try container.decodeIfPresent(WireTime.self, forKey: .forcedDownAt)
        forcedDownUntil = try container.decodeIfPresent(WireTime.self, forKey: .forcedDownUntil)
        version = try container.decodeIfPresent(Int64.self, forKey: .version) ?? version
        reportInterval = try container.decodeIfPresent(Double.self, forKey: .reportInterval)
        reportCount = try container.decodeIfPresent(Int64.self, forKey: .reportCount) ?? reportCount
        lastSeenUp = try container.decodeIfPresent(WireTime.self, forKey: .lastSeenUp)
        age = try container.decodeIfPresent(Double.self, forKey: .age)
        incarnation = try container.decodeIfPresent(String.self, forKey: .incarnation)
        incarnationNumber = try container.decodeIfPresent(Int64.self, forKey: .incarnationNumber)
        workers = try container.decodeIfPresent([WireWorker].self, forKey: .workers) ?? workers
        driver = try container.decodeIfPresent(String.self, forKey: .driver)
        flapping = try container.decodeIfPresent(Bool.self, forKey: .flapping) ?? flapping
        createdAt = try container.decodeIfPresent(WireTime.self, forKey: .createdAt)
        updatedAt = try container.decodeIfPresent(WireTime.self, forKey: .updatedAt)
        index = try container.decodeIfPresent(Int64.self, forKey: .index)
        let all = try decoder.container(keyedBy: FieldName.self)
        for field in all.allKeys where !Self.knownFields.contains(field.stringValue) {
            unknownFields[field.stringValue] = try all.decode(WireValue.self, forKey: field)
        }
    }

    /// Writes every field, empty ones as `null`, and those of later versions as they came.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(uuid, forKey: .uuid)
        try container.encode(host, forKey: .host)
        try container.encode(binary, forKey: .binary)
        try container.encode(topic, forKey: .topic)
        try container.encode(zone, forKey: .zone)
        try container.encode(status, forKey: .status)
        try container.encode(disabledReason, forKey: .disabledReason)
        try container.encode(state, forKey: .state)
        try container.encode(stateReason, forKey: .stateReason)
        try container.encode(stateSince, forKey: .stateSince)
        try container.encode(lastState, forKey: .lastState)
        try container.encode(forcedDown, forKey: .forcedDown)
        try container.encode(forcedDownReason, forKey: .forcedDownReason)
        try container.encode(forcedDownBy, forKey: .forcedDownBy)
        try container.encode(forcedDownAt, forKey: .forcedDownAt)
        try container.encode(forcedDownUntil, forKey: .forcedDownUntil)
        try container.encode(version, forKey: .version)
        try container.encode(reportInterval, forKey: .reportInterval)
        try container.encode(reportCount, forKey: .reportCount)
        try container.encode(lastSeenUp, forKey: .lastSeenUp)
        try container.encode(age, forKey: .age)
        try container.encode(incarnation, forKey: .incarnation)
        try container.encode(incarnationNumber, forKey: .incarnationNumber)
        try container.encode(workers, forKey: .workers)
        try container.encode(driver, forKey: .driver)
        try container.encode(flapping, forKey: .flapping)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
        try container.encode(index, forKey: .index)
        var others = encoder.container(keyedBy: FieldName.self)
        for (name, value) in unknownFields where !Self.knownFields.contains(name) {
            try others.encode(value, forKey: FieldName(stringValue: name))
        }
    }
}
