import LivenessCore

/// Writes rows of the log within one transaction: the head is locked first, and raised once at the end, when all rows are
/// written.
struct LogRows<Session: SQLSession> {
    private let session: Session
    private let start: Int64
    private var revision: Int64
    private var rows: [[SQLValue]] = []

    init(_ session: Session) throws {
        self.session = session
        guard let revision = try session.row(LogText.lock, of: "log_head", { try $0.count(0) }) else {
            throw StoreError(.corrupt, "log_head is empty: the log has no end to write after")
        }
        start = revision
        self.revision = revision
    }

    /// The revision of the row to be appended next.
    mutating func take() -> Int64 {
        revision += 1
        return revision
    }

    /// Appends a row whose revision was taken.
    mutating func append(_ transition: Transition, serviceID: Int64?, actor: String? = nil) {
        rows.append([
            transition.revision.stored, transition.kind.rawValue.stored, serviceID.stored,
            transition.uuid.description.stored, transition.host.stored, transition.binary.stored,
            transition.topic.stored, transition.zone.stored, (transition.from?.word).stored,
            (transition.to?.word).stored, transition.reason.stored, transition.at.stored, actor.stored,
        ])
    }

    /// Appends the row of a daemon's event.
    mutating func append(_ event: DaemonEvent) throws -> Transition {
        let transition = Transition(event, revision: take())
        let serviceID = try session.row(LogText.service, [event.uuid.description.stored], of: "services") {
            try $0.integer(0)
        }
        append(transition, serviceID: serviceID, actor: event.daemon)
        return transition
    }

    /// Writes what was appended, and raises the head by what was taken.
    mutating func finish() throws {
        guard revision != start else { return }
        try LogText.insertion.write(rows, to: session)
        rows = []
        try session.execute(LogText.raising, [revision.stored])
    }
}

/// Reads the end of the log.
enum LogHeadRow {
    static func head(of session: some SQLSession) throws -> LogHead {
        try read(session).head
    }

    /// The same with the brakes that hold, which are looked at only where there are any: mostly there are none, and every
    /// daemon asks all the time.
    static func headAndBrakes(of session: some SQLSession) throws -> (head: LogHead, brakes: [BrakeRecord]) {
        let (head, holdsBrakes) = try read(session)
        return (head, holdsBrakes ? try BrakeRow.held(in: session) : [])
    }

    private static func read(_ session: some SQLSession) throws -> (head: LogHead, holdsBrakes: Bool) {
        let found = try session.row(LogText.head, of: "log_head") { stored in
            let revision = try stored.count(1)
            let head = LogHead(
                logID: try stored.text(0),
                revision: revision,
                oldest: try stored.optionalInteger(2) ?? revision + 1
            )
            return (head, try stored.count(3) > 0)
        }
        guard let found else { throw StoreError(.corrupt, "log_head is empty: the log has no name") }
        return found
    }
}

private enum LogText {
    static let lock = SQLText { "SELECT revision FROM log_head WHERE id = 1\($0.keepingRows)" }
    static let insertion = RowInsertion(into: "transitions") { _ in
        [
            "revision", "kind", "service_id", "uuid", "host", "`binary`", "topic", "zone", "from_state", "to_state",
            "reason", "at", "actor",
        ]
    }
    static let service = SQLText("SELECT id FROM services WHERE uuid = ?")
    static let raising = SQLText("UPDATE log_head SET revision = ? WHERE id = 1")
    static let head = SQLText(
        """
        SELECT log_id, revision, (SELECT min(revision) FROM transitions), \
        (SELECT count(*) FROM brakes WHERE released = 0) FROM log_head WHERE id = 1
        """
    )
}
