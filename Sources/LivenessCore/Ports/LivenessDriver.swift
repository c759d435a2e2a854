/// One way of knowing who lives: a reporter that keeps services alive in a back end, and an observer of it.
package protocol LivenessDriver: Sendable {
    var guarantees: DriverGuarantees { get }
    var reporter: any LivenessReporter { get }
    var observer: any LivenessObserver { get }

    /// Does what the driver does beside all calls, for as long as the task lives; by default nothing.
    func run() async
}

extension LivenessDriver {
    package func run() async {}
}

/// The writing half of a driver.
package protocol LivenessReporter: Sendable {
    /// Makes one flush of renewals visible in the back end, and answers what it learned doing so.
    ///
    /// A call that throws may be repeated with the same content.
    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult

    /// Removes what the back end holds of services that left or were deleted.
    ///
    /// Repeating it does no harm.
    func remove(_ services: [ServiceKey]) async throws(DriverError)
}

/// The reading half of a driver.
package protocol LivenessObserver: Sendable {
    /// One complete look: what changed since the last complete one, and the back end's own state.
    ///
    /// A look that throws is none: the next one brings the same changes.
    func observe() async throws(DriverError) -> BackendObservation

    /// What changed of these services alone, and who else is there: the look on demand of *Judging*.
    ///
    /// It takes nothing away from the next observation.
    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation

    /// This daemon starts: what these daemons wrote so far was read with the records, and `board` says from now on who
    /// the services are.
    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board)
}

/// A service as a driver is asked about it.
package struct ServiceKey: Hashable, Sendable {
    /// Its dense number on the board, where its name is.
    package var service: UInt32
    /// Of its record.
    package var id: Int64

    package init(service: UInt32, id: Int64) {
        self.service = service
        self.id = id
    }
}

/// A heartbeat that another daemon heard, of an incarnation that this one does not know to be current.
package struct UnrecognisedHeartbeat: Hashable, Sendable {
    /// Of the record.
    package var id: Int64
    package var uuid: ServiceUUID
    package var incarnation: String?

    package init(id: Int64, uuid: ServiceUUID, incarnation: String?) {
        self.id = id
        self.uuid = uuid
        self.incarnation = incarnation
    }
}

/// What a look at a back end showed.
package struct BackendObservation: Sendable {
    /// Names the content of the back end; another one than before means restarted, restored or emptied.
    package var epoch: String
    package var daemons: [DaemonRecord]
    /// The brakes that hold; nil where that could not be seen.
    package var brakes: [BrakeRecord]?
    /// Heartbeats that other daemons heard.
    package var changed: [ObservedHeartbeat]
    /// Heartbeats that other daemons heard of incarnations that are not known here.
    package var unrecognised: [UnrecognisedHeartbeat] = []
    /// Sessions of services' own that began to stand or ended, in this order.
    package var sessions: [ObservedSession] = []
    /// Services, by their dense numbers, that every daemon which heard them has not heard for 1.5 × their report_interval.
    package var silent: [UInt32] = []
    /// Services that this daemon hears itself, by their dense numbers, whom another that lives has heard lately as well.
    package var heldElsewhere: [UInt32] = []
    /// Of the services looked at, by their dense numbers: those of whom the back end holds nothing.
    package var missing: [UInt32] = []
    /// What each of its parts shows, where it has several that answer each for themselves; always as many.
    package var parts: [BackendPart] = []
    /// In which of them each service is; nil where that could not be told.
    package var places: PartTable?
    /// The back end had lost what it held: whoever is missing may have been there.
    package var isEmptied = false
    /// The back end has dropped what it should keep: whoever is missing may have been there.
    package var isEvicting = false
    /// The records' database did not answer: who else is there is as it was last seen.
    package var isDatabaseLost = false
    /// The newest revision of the transition log, where it could be seen.
    package var head: LogHead?

    package init(
        epoch: String,
        daemons: [DaemonRecord],
        brakes: [BrakeRecord]? = [],
        changed: [ObservedHeartbeat],
        head: LogHead?
    ) {
        self.epoch = epoch
        self.daemons = daemons
        self.brakes = brakes
        self.changed = changed
        self.head = head
    }
}

/// Why a driver's back end could not be reached or trusted.
package struct DriverError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The back end does not answer.
        case lost
        /// The back end was restarted, restored or emptied since the last look.
        case restarted
        /// This daemon is fenced and must stop.
        case fenced
        /// What the back end holds cannot be read.
        case corrupt
    }

    package var code: Code
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}

/// What a driver promises, shown to operators and held against the settings at start.
package struct DriverGuarantees: Sendable {
    package enum Notice: String, Sendable {
        case pushes
        case polls
    }

    package enum Clock: String, Sendable {
        /// Deadlines run on this daemon's clock only.
        case ours
        /// The back end ends a session by its own clock.
        case backend
    }

    package var name: String
    /// The finest difference in time it can tell.
    package var granularity: Duration
    package var notice: Notice
    /// Whether what it holds survives a restart of the back end.
    package var isPersistent: Bool
    /// Whether the back end may drop what it should keep.
    package var mayEvict: Bool
    /// Whether other daemons may use the same back end.
    package var isShared: Bool
    package var clock: Clock
    /// The time it adds, typically, to noticing a death.
    package var typicalDetection: Duration
    /// The least down time it can serve at these intervals.
    package var leastDownTime: @Sendable (_ report: Duration, _ flush: Duration, _ observe: Duration) -> Duration

    package init(
        name: String,
        granularity: Duration,
        notice: Notice,
        isPersistent: Bool,
        mayEvict: Bool,
        isShared: Bool,
        clock: Clock,
        typicalDetection: Duration,
        leastDownTime: @escaping @Sendable (Duration, Duration, Duration) -> Duration
    ) {
        self.name = name
        self.granularity = granularity
        self.notice = notice
        self.isPersistent = isPersistent
        self.mayEvict = mayEvict
        self.isShared = isShared
        self.clock = clock
        self.typicalDetection = typicalDetection
        self.leastDownTime = leastDownTime
    }
}
