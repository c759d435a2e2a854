import GRDB
import LivenessCore

/// Writes rows of the log within one transaction: the head is read first and raised once at the end.
struct LogRows {
    private let database: Database
    private let insertion: Statement
    private let start: Int64
    private(set) var revision: Int64

    init(_ database: Database) throws {
        self.database = database
        guard let revision = try Int64.fetchOne(database, sql: "SELECT revision FROM log_head WHERE id = 1") else {
            throw StoreError(.corrupt, "log_head is empty: the log has no end to write after")
        }
        start = min(max(revision, 0), StoredRow.largestCount)
        self.revision = start
        insertion = try database.makeStatement(
            sql: """
                INSERT INTO transitions (revision, kind, service_id, uuid, host, binary, topic, zone, from_state, \
                to_state, reason, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
    }

    /// The revision of the row to be written next.
    var next: Int64 { revision + 1 }

    /// Writes a row whose revision is `next`.
    mutating func append(_ transition: Transition, serviceID: Int64?, actor: String? = nil) throws {
        let arguments: [DatabaseValue] = [
            transition.revision.databaseValue, transition.kind.rawValue.databaseValue,
            serviceID?.databaseValue ?? .null, transition.uuid.description.databaseValue,
            transition.host.databaseValue, transition.binary.databaseValue, transition.topic.databaseValue,
            transition.zone.databaseValue, (transition.from?.word).stored, (transition.to?.word).stored,
            transition.reason.databaseValue, transition.at.stored, actor.stored,
        ]
        insertion.setUncheckedArguments(StatementArguments(arguments))
        try insertion.execute()
        revision = transition.revision
    }

    /// Raises the head by what was written.
    func finish() throws {
        guard revision != start else { return }
        try database.execute(sql: "UPDATE log_head SET revision = ? WHERE id = 1", arguments: [revision])
    }

    static func head(of database: Database) throws -> LogHead {
        guard
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT log_id, revision, (SELECT min(revision) FROM transitions) FROM log_head WHERE id = 1
                    """
            )
        else { throw StoreError(.corrupt, "log_head is empty: the log has no name") }
        let stored = StoredRow(row, of: "log_head")
        let revision = try stored.count(1)
        let oldest = try row.decode(Int64?.self, atIndex: 2) ?? revision + 1
        return LogHead(logID: try stored.text(0), revision: revision, oldest: oldest)
    }
}
