/// The fields of a service as the contract names and orders them.
enum ServiceField: String, CaseIterable, Hashable {
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
}
