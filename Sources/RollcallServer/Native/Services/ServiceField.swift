import RollcallWire

/// The fields of a service in the contract's order; their names are the wire type's.
enum ServiceField: Int, CaseIterable, Hashable {
    case uuid, host, binary, topic, zone, status, disabledReason
    case state, stateReason, stateSince, lastState
    case forcedDown, forcedDownReason, forcedDownBy, forcedDownAt, forcedDownUntil
    case version, reportInterval, reportCount, lastSeenUp, age
    case incarnation, incarnationNumber, workers
    case driver, flapping, createdAt, updatedAt
    case index

    private static let byName = Dictionary(uniqueKeysWithValues: zip(WireService.fieldNames, allCases))

    init?(name: String) {
        guard let field = Self.byName[name] else { return nil }
        self = field
    }

    var name: String { WireService.fieldNames[rawValue] }
}
