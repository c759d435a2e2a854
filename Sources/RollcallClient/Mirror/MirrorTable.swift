internal import RollcallWire

/// The services as the log of a daemon tells of them: a value that events change.
struct MirrorTable {
    struct Row: Hashable {
        var uuid: String
        var topic: String
        var zone: String
        var state: WireState
        var reason: WireReason
        var lastState: WireState?
    }

    private(set) var rows: [ServiceName: Row] = [:]
    /// The last revision told, and the log it is of; `nil` before the first snapshot.
    private(set) var position: (revision: Int64, logID: String)?
    private var coming: [ServiceName: Row] = [:]
    /// Something of the last snapshot is what no log tells, nor when it ends.
    private var isInDoubt = false

    /// From where on another stream can tell all that there is; `nil` where it has to begin with a snapshot.
    var resumption: (revision: Int64, logID: String)? { isInDoubt ? nil : position }

    /// Takes in an event; one that is known already changes nothing.
    mutating func take(_ event: WatchEvent) {
        switch event {
        case .snapshot(let services, let revision, let logID, let isComplete, let isInDoubt):
            for service in services {
                coming[ServiceName(host: service.host, binary: service.binary)] = Row(
                    uuid: service.uuid,
                    topic: service.topic,
                    zone: service.zone,
                    state: service.state,
                    reason: service.stateReason,
                    lastState: service.lastState
                )
            }
            guard isComplete else { return }
            rows = coming
            coming = [:]
            position = (revision, logID)
            self.isInDoubt = isInDoubt
        case .change(let change):
            guard let position, change.revision > position.revision else { return }
            self.position = (change.revision, position.logID)
            take(change)
        case .health, .lagging, .other: break
        }
    }

    private mutating func take(_ change: WireTransition) {
        // What happened to a daemon names its host, too.
        guard [.state, .created, .updated, .deleted].contains(change.kind),
            let uuid = change.uuid, let host = change.host, let binary = change.binary
        else { return }
        let name = ServiceName(host: host, binary: binary)
        if change.kind == .deleted {
            // A record of that name may have been made since.
            guard rows[name]?.uuid == uuid else { return }
            rows[name] = nil
            return
        }
        let before = rows[name]
        // An edit has no states, and its reason names what was edited.
        guard let state = change.to ?? before?.state else { return }
        let reason = change.to == nil ? before?.reason : change.reason
        rows[name] = Row(
            uuid: uuid,
            topic: change.topic ?? before?.topic ?? "",
            zone: change.zone ?? before?.zone ?? "",
            state: state,
            reason: reason ?? .neverReported,
            lastState: state == .unknown ? Self.lastState(change.from, before) : state
        )
    }

    /// The last state before an unknown one: what the change says, or what stood here.
    private static func lastState(_ from: WireState?, _ before: Row?) -> WireState? {
        if let from, from != .unknown { return from }
        return before?.state == .unknown ? before?.lastState : before?.state
    }

    /// Whether an event would take the table back in the log that it follows.
    func isBehind(_ event: WatchEvent) -> Bool {
        guard case .snapshot(_, let revision, let logID, _, _) = event, let position else { return false }
        return position.logID == logID && revision < position.revision
    }

    /// A stream broke off: what has come of a snapshot counts for nothing.
    mutating func breakOff() {
        coming = [:]
    }
}
