/// What an in-memory store holds: the tables of a database, as values.
struct InMemoryTables {
    struct LogEntry {
        var transition: Transition
        var serviceID: Int64?
    }

    var logID: String
    var revision: Int64 = 0
    /// Oldest first.
    var log: [LogEntry] = []
    /// By id, the deleted ones included.
    var ledgers: [Int64: ServiceLedger] = [:]
    var living: [ServiceName: Int64] = [:]
    var deleted: [ServiceName: [Int64]] = [:]
    var identities: [ServiceUUID: Int64] = [:]
    var daemons: [String: DaemonRecord] = [:]
    /// Oldest first.
    var brakes: [BrakeRecord] = []
    var arrivals: [ArrivalStretch.ID: ArrivalStretch] = [:]
    /// By name.
    var settings: [String: FleetSetting] = [:]
    var minimumRelease: Int32 = 1
    /// Thrown by every call, while it is set.
    var outage: StoreError?
    /// The next write is carried out, and its answer is an error.
    var isNextAnswerLost = false
    private var lastID: Int64 = 0

    init(logID: String) {
        self.logID = logID
    }

    var head: LogHead {
        LogHead(logID: logID, revision: revision, oldest: log.first?.transition.revision ?? revision + 1)
    }

    var nextRevision: Int64 { revision + 1 }

    var sortedIDs: [Int64] { ledgers.keys.sorted() }

    var sortedDaemons: [DaemonRecord] {
        daemons.values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// The brakes that hold.
    var heldBrakes: [BrakeRecord] { brakes.filter { $0.releasedAt == nil } }

    func ledger(of name: ServiceName) -> ServiceLedger? {
        living[name].flatMap { ledgers[$0] }
    }

    /// The record of that identity that is not deleted.
    func livingLedger(_ uuid: ServiceUUID) -> ServiceLedger? {
        guard let ledger = identities[uuid].flatMap({ ledgers[$0] }), ledger.record.deletedAt == nil else { return nil }
        return ledger
    }

    /// What the deleted records of that name leave behind.
    func burials(of name: ServiceName, at: Timestamp) -> Burials {
        var burials = Burials()
        for ledger in (deleted[name] ?? []).compactMap({ ledgers[$0] }) {
            burials.highestNumber = max(burials.highestNumber, ledger.record.incarnationNumber)
            guard let deletedAt = ledger.record.deletedAt, deletedAt > at - Burials.memory else { continue }
            burials.areRecent = true
            burials.incarnations.formUnion(ledger.incarnations.compactMap(\.incarnation))
        }
        return burials
    }

    mutating func append(_ transition: Transition, serviceID: Int64?) {
        log.append(LogEntry(transition: transition, serviceID: serviceID))
        revision = transition.revision
    }

    mutating func append(_ event: DaemonEvent) -> Transition {
        let transition = Transition(event, revision: nextRevision)
        append(transition, serviceID: identities[event.uuid])
        return transition
    }

    /// Gives the record an id and writes its `created` row.
    mutating func insert(
        _ new: ServiceRecord,
        _ incarnation: IncarnationRecord?,
        at: Timestamp? = nil
    ) -> (ServiceLedger, Transition) {
        lastID += 1
        var record = new
        record.id = lastID
        record.recorded.revision = nextRevision
        var first = incarnation
        first?.serviceID = lastID
        let ledger = ServiceLedger(record, incarnations: first.map { [$0] } ?? [])
        ledgers[lastID] = ledger
        if record.deletedAt == nil {
            living[record.name] = lastID
        } else {
            deleted[record.name, default: []].append(lastID)
        }
        identities[record.uuid] = lastID
        let created = record.creation(revision: nextRevision, at: at)
        append(created, serviceID: lastID)
        return (ledger, created)
    }
}
