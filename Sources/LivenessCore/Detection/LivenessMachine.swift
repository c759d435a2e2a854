import DequeModule

/// Decides, in plain values, who is up: fed with heartbeats, time, records and news, it answers with verdicts to
/// publish, changes to record and renewals to flush.
///
/// It performs no I/O, reads no clock and has no randomness: the same inputs in the same order always give the same
/// outputs, which is what the simulation lives on. `LivenessEngine` carries out what it decides. Its facets:
///
/// - `+Records` what the store says: records loaded, admitted, edited, deleted
/// - `+Placing` the dense number of a name, and what of a record the roster keeps
/// - `+Forgetting` incarnations that no longer count, deleted services, and when they are forgotten
/// - `+Heartbeats` the hot path, and what is more than a renewal
/// - `+Answers` who waits for an answer that is held up
/// - `+Judging` deadlines
/// - `+Health` blind time, the back end, starting
/// - `+Company` other daemons over the same back end, and its parts
/// - `+Relays` agents that report for other hosts
/// - `+Brake` too many that fall silent at once
/// - `+Recording` changes for the transition log
/// - `+Flushing` renewals for the driver
/// - `+Workers` services with several workers
/// - `+Flapping` services that change too often
/// - `+Sessions` services that hold a session of their own in the back end
/// - `+Shadows` drivers that look and do not decide
package struct LivenessMachine: Sendable {
    package internal(set) var settings: LivenessSettings
    /// `settings.effectivePauseThreshold`, which every batch of heartbeats asks for.
    var pauseThreshold: Duration
    /// Mixed into the hash of what a heartbeat states.
    ///
    /// Another salt makes each service's next heartbeat be compared with its record anew.
    var attributesSalt: UInt32 = 0
    /// What readers see; a copy is a snapshot.
    package internal(set) var board: Board

    // One element per service, under its dense number.
    var rows = PagedArray<RosterRow>(bits: 12)
    var revisions = PagedArray<Int64>(bits: 12)
    /// The verdict the transition log ends with.
    var logged = PagedArray<PackedVerdict>(bits: 12)
    var wheel: DeadlineWheel

    /// Services with named workers.
    var workers: [UInt32: [Worker]] = [:]
    var retired: [RetiredIncarnation: Retirement] = [:]
    /// Oldest first; one that `retired` does not confirm was retired once more since.
    var retirements: Deque<(key: RetiredIncarnation, order: UInt64)> = []
    /// Services that were deleted lately, also those created again since.
    var burials: [UInt32: Burial] = [:]
    /// Oldest first; one that `burials` does not confirm is of a service that was deleted once more since.
    var deletions: Deque<(service: UInt32, order: UInt64)> = []
    /// Numbers retirements and deletions in the order in which they happened.
    var ending: UInt64 = 0
    /// Numbers of services that were forgotten, to be used again.
    var free: [UInt32] = []

    /// Heard since they were last flushed.
    var dirty = ServiceQueue()
    /// Left or deleted since the driver was last told to remove them.
    var removals: [ServiceKey] = []
    /// Waiting to be recorded.
    var unrecorded = ServiceSet()
    /// The newest revision of the log that an observation found.
    var newestSeen: Int64 = 0
    /// Waiting to be judged.
    var due = ServiceQueue()
    /// Reported failed, and waiting for the brake to be looked at.
    var failing = ServiceQueue()
    /// How far a sweep over all services has come; nil when none is under way.
    var sweep: Int?

    /// Services to whom an answer is held up by the store: they are not judged meanwhile.
    var unanswered: [UInt32: Unanswered] = [:]

    var repetitions = Repetitions()
    /// When services changed their state lately.
    var recentChanges: [UInt32: [Instant]] = [:]
    /// The same changes, oldest first.
    var changeLog: Deque<(service: UInt32, at: Instant)> = []
    /// When services were reported failed, oldest first.
    var failureLog: Deque<(service: UInt32, at: Instant)> = []
    var blind = BlindTime()
    var health: BackendHealth
    package internal(set) var company = Company()
    /// Where the back end is several.
    var parts = Parts()
    package internal(set) var brakes = Brakes()
    /// Services that were last heard here, and that another daemon has heard lately as well.
    var heldElsewhere: Set<UInt32> = []
    /// Agents that report for other hosts.
    var relays = Relays()
    /// Services whose reporter another daemon has recorded as lost, and until when it is believed.
    var doubtsOfOthers: [UInt32: Instant] = [:]
    /// Sessions of their own that services hold in the deciding driver's back end.
    var sessions = Sessions()
    /// Drivers that run beside the deciding one.
    var shadows: [ShadowView] = []
    /// Whether other daemons may use the same back end.
    let isShared: Bool
    var lastTick: Instant
    /// Microseconds to add to an instant to get the wall clock's time, as the last tick saw it.
    var wallOffset: Int64 = 0
    /// From the end of a pause until what waited in the sockets was read.
    var pause: BlindTime.Period?
    /// The last read pass was not complete.
    var isDeaf = false
    var events: [HealthEvent] = []
    /// When this daemon began to hear: before its records were loaded nothing counts.
    var started: Instant
    /// Whether the board is another than when it was last published.
    package var isChanged = false
    var flushCount: Int64 = 0
    package internal(set) var counters = MachineCounters()
    var judgements = Judgements()
    package internal(set) var arrivals = Arrivals()

    /// Scratch space of the hot path, kept so that a batch allocates nothing.
    var lookups: [Lookup] = []
    /// Of what was read only to have it in the cache.
    var touched: Int64 = 0

    /// A machine without services.
    ///
    /// - Parameters:
    ///   - settings: As configured.
    ///   - hasher: With a secret of this process.
    ///   - isShared: Whether other daemons may use the same back end.
    ///   - now: The present.
    package init(settings: LivenessSettings, hasher: NameHasher, isShared: Bool = false, at now: Instant) {
        self.settings = settings
        self.isShared = isShared
        self.pauseThreshold = settings.effectivePauseThreshold
        self.board = Board(hasher: hasher)
        self.wheel = DeadlineWheel(origin: now)
        self.health = BackendHealth(at: now)
        self.lastTick = now
        self.started = now
    }

    /// What is said of a service, by its dense number.
    package func verdict(of service: UInt32) -> Verdict {
        board.standings[Int(service)].verdict
    }

    /// The records are loaded: from now on heartbeats are heard and the loop is expected to run.
    ///
    /// What each has left of its time was counted from when the loading began: that it took so long counts against nobody.
    package mutating func began(at now: Instant, loadedFrom loading: Instant? = nil, wall: Timestamp) {
        blind.add(BlindTime.Period(began: loading ?? now, ended: now, cause: .localPause))
        started = now
        lastTick = now
        health = BackendHealth(at: now)
        wallOffset = wall.microseconds &- now.nanoseconds / 1_000
        isChanged = true
    }

    /// When this daemon began to hear.
    package var began: Instant { started }

    /// Adopts changed settings.
    ///
    /// No deadline is reset: a service follows them from its next heartbeat.
    package mutating func settingsChanged(_ new: LivenessSettings) {
        settings = new
        pauseThreshold = new.effectivePauseThreshold
        attributesSalt &+= 0x9E37_79B9
    }
}

extension LivenessMachine: CustomStringConvertible {
    package var description: String {
        "liveness machine: \(board.count) services, \(due.count) due, \(unrecorded.count) to record, \(dirty.count) to flush"
    }
}

/// What happened since the start, in numbers.
package struct MachineCounters: Hashable, Sendable {
    package var renewed: UInt64 = 0
    package var repeated: UInt64 = 0
    package var rejected: UInt64 = 0
    package var admitted: UInt64 = 0
    package var judgedDown: UInt64 = 0
    package var pauses: UInt64 = 0
}

/// What this daemon says of itself.
package enum HealthEvent: Hashable, Sendable {
    /// Its verdicts are doubtful from now on, and why.
    case degraded(Reason)
    case recovered(Reason)
    /// A brake holds, engaged here or elsewhere.
    case brakeEngaged(BrakeRecord)
    case brakeReleased(BrakeRecord)
}
