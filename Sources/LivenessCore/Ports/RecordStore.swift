/// Records, incarnations, transitions and daemons in SQL.
///
/// Every call is one transaction (reads: one snapshot), and every call that writes begins by reading the fence and
/// fails with `.fenced` when this release is below it. A call that throws has changed nothing. Times are the calling
/// daemon's wall clock and are for people; only the expiry of `forced_down_until` asks the database's own clock.
package protocol RecordStore: HeartbeatTable {
    /// What a daemon knows before it answers anything, as it was at one moment: the head, and then in pages all records,
    /// those deleted less than 24 h ago, and what their incarnations say beside them.
    ///
    /// A page is taken in while the next one is read.
    ///
    /// - Returns: The head once more.
    func load(
        since forgotten: Timestamp,
        head: (LoadedHead) -> Void,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead

    /// Decides on heartbeats that are more than a renewal (a new service, a new incarnation, other attributes, the
    /// first after *left* or *failed*) and makes what it admits durable.
    ///
    /// Answers in the order asked.
    func admit(_ admissions: [Admission], at: Timestamp) async throws(StoreError) -> [AdmissionResult]

    /// Makes leaves and failures durable.
    ///
    /// Answers in the order asked.
    func depart(_ departures: [Departure], at: Timestamp) async throws(StoreError) -> [DepartureResult]

    /// Creates a record on an operator's word; nil when there is one of that name.
    func create(_ draft: ServiceDraft, at: Timestamp) async throws(StoreError) -> Recorded<ServiceRecord>?

    /// Takes over records of another system, each unless one of its identity or its name is here.
    ///
    /// Answers in the order asked.
    func take(_ services: [ImportedService], at: Timestamp) async throws(StoreError) -> [ImportResult]

    /// Applies an operator's edit whole, or not at all.
    func edit(_ edit: RecordEdit, at: Timestamp) async throws(StoreError) -> EditResult

    /// Marks a record deleted; nil when there is none (any more).
    func delete(_ uuid: ServiceUUID, by: String?, at: Timestamp) async throws(StoreError) -> Recorded<ServiceRecord>?

    /// Clears every `forced_down` whose time is over by the database's clock.
    func expireForcedDowns(at: Timestamp) async throws(StoreError) -> [Recorded<ServiceRecord>]

    /// Records changes of state: each in the one transaction that locks the head of the log, changes the service where
    /// it is not deleted and its `state_revision` is still the one judged, and writes the row.
    ///
    /// Answers in the order asked.
    func record(_ changes: [StateChange], at: Timestamp) async throws(StoreError) -> [RecordingResult]

    /// Writes one event of a daemon into the log.
    func record(_ event: DaemonEvent) async throws(StoreError) -> Transition

    /// Rows of the log with a revision above `since`, oldest first.
    func transitions(since: Int64, limit: Int) async throws(StoreError) -> TransitionPage

    /// The same with the records they are about, as they are now.
    func news(since: Int64, limit: Int) async throws(StoreError) -> LogNews

    /// Those records as they are now, deleted ones too, by id, with their incarnations; ids that never were are left
    /// out.
    func records(_ ids: [Int64]) async throws(StoreError) -> LoadedPage

    /// A service's rows of the log, newest first.
    ///
    /// Deleted services have a history too.
    func history(of uuid: ServiceUUID, limit: Int) async throws(StoreError) -> [Transition]

    /// Engages a brake, unless one of its scope holds, and writes the event into the log.
    ///
    /// Answers the one that holds, whoever was first; no row is written for one that held already.
    func engage(_ brake: BrakeRecord, _ event: DaemonEvent) async throws(StoreError) -> Recorded<BrakeRecord>

    /// Releases a brake, and writes the event into the log.
    ///
    /// Answers what was released; nil when there is none (any more).
    func release(_ release: BrakeRelease, _ event: DaemonEvent) async throws(StoreError) -> Recorded<BrakeRecord>?

    /// Brakes, those that hold first and then the one released last; at most `limit`.
    func brakes(limit: Int) async throws(StoreError) -> [BrakeRecord]

    /// A setting that all daemons share; nil when it was never set.
    func fleetSetting(_ name: String) async throws(StoreError) -> FleetSetting?

    /// Gives such a setting its first value, unless it has one; answers it as it stands.
    func settle(_ first: FleetSetting) async throws(StoreError) -> FleetSetting

    /// Puts such a setting where `standing` still stands, or nothing where it is nil; writes nothing into the log.
    ///
    /// - Returns: Whether it did.
    func exchange(_ setting: FleetSetting, for standing: FleetSetting?) async throws(StoreError) -> Bool

    /// Changes such a setting where it still has `value`, and writes the event into the log.
    ///
    /// nil when it has another value by now, or none.
    func change(
        _ setting: FleetSetting,
        from value: String,
        _ event: DaemonEvent
    ) async throws(StoreError) -> Recorded<FleetSetting>?

    /// Inserts or updates this daemon's own row.
    ///
    /// Once the row is there, only flushes move its flush count: a count shown before its rows are written would make
    /// polls miss them.
    func write(_ daemon: DaemonRecord) async throws(StoreError)

    /// An operator's word that a daemon is gone for good: it counts no more, until it flushes again.
    ///
    /// Repeating it changes nothing. Answers its row, or nil when there is none.
    func retire(daemon id: String, at: Timestamp) async throws(StoreError) -> DaemonRecord?

    /// All rows of `daemons`, by id.
    func daemons() async throws(StoreError) -> [DaemonRecord]

    /// Keeps what a daemon heard in one stretch, in place of what was kept of it so far.
    func keep(_ stretch: ArrivalStretch) async throws(StoreError)

    /// What all daemons heard in stretches that ended after `since`, but for those: a row that cannot be read is left out.
    func arrivals(since: Timestamp, but known: Set<ArrivalStretch.ID>) async throws(StoreError) -> ArrivalSum

    /// Folds old rows of services that changed their state too often, among the first `limit` rows of the log behind
    /// `since`.
    func fold(_ folding: FlapFolding, since: Int64, limit: Int) async throws(StoreError) -> FoldingProgress

    /// Removes what is older than kept: transitions and arrivals by age, transitions per service, incarnations replaced
    /// or deleted before `forgotten`.
    ///
    /// At most `limit` rows a call; answers how many.
    func prune(_ limits: RetentionLimits, limit: Int) async throws(StoreError) -> Int
}

/// A change together with the rows of the log that were written for it, in order.
package struct Recorded<Value: Sendable & Hashable>: Hashable, Sendable {
    package var value: Value
    package var transitions: [Transition]

    package init(_ value: Value, transitions: [Transition]) {
        self.value = value
        self.transitions = transitions
    }
}

extension RecordStore {
    /// The same for who needs the head at the end only.
    package func load(
        since forgotten: Timestamp,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        try await load(since: forgotten, head: { _ in }, page: page)
    }
}

/// A slice of what `load` hands over.
///
/// A service's remembered incarnations stand in the same page as the service. A single one that is current and of no named
/// worker may be left out: the record says it all.
package struct LoadedPage: Sendable {
    package var services: [ServiceRecord]
    package var incarnations: [IncarnationRecord]

    package init(services: [ServiceRecord], incarnations: [IncarnationRecord]) {
        self.services = services
        self.incarnations = incarnations
    }
}

/// What `load` says beside the services.
package struct LoadedHead: Sendable {
    package var head: LogHead
    package var daemons: [DaemonRecord]
    /// Those that hold.
    package var brakes: [BrakeRecord]
    /// The newest `last_seen_up` of the table, also where the service is deleted by now.
    package var newestStamp: Timestamp?
    /// How many records there are, about.
    package var count: Int

    package init(
        head: LogHead,
        daemons: [DaemonRecord],
        brakes: [BrakeRecord],
        newestStamp: Timestamp?,
        count: Int
    ) {
        self.count = count
        self.head = head
        self.daemons = daemons
        self.brakes = brakes
        self.newestStamp = newestStamp
    }
}

/// How long things are kept.
package struct RetentionLimits: Hashable, Sendable {
    /// Transitions older than this are removed.
    package var transitionsBefore: Timestamp
    /// The newest rows kept per service.
    package var perService: Int
    /// Incarnations replaced or deleted before this are forgotten.
    package var forgotten: Timestamp

    package init(transitionsBefore: Timestamp, perService: Int, forgotten: Timestamp) {
        self.transitionsBefore = transitionsBefore
        self.perService = perService
        self.forgotten = forgotten
    }
}
