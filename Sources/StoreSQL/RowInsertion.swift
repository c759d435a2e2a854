import LivenessCore

/// Rows put into a table, up to 128 with one statement: to a server on its own, each statement costs more than its rows.
struct RowInsertion: Sendable {
    /// How many rows one of its statements takes, largest first.
    private static let sizes = [128, 16, 1]

    private let statements: [(size: Int, text: SQLText)]

    /// - Parameters:
    ///   - table: The table.
    ///   - columns: What each row has a value for, in order.
    ///   - ending: What follows the values.
    init(
        into table: String,
        _ columns: @escaping (SQLDialect) -> [String],
        ending: @escaping (SQLDialect) -> String = { _ in "" }
    ) {
        statements = Self.sizes.map { size in
            let text = SQLText { dialect in
                let columns = columns(dialect)
                let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ", ") + ")"
                let rows = Array(repeating: row, count: size).joined(separator: ", ")
                return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(rows) \(ending(dialect))"
            }
            return (size, text)
        }
    }

    func write(_ rows: [[SQLValue]], to session: some SQLSession) throws {
        try inPieces(rows) { try session.execute($0, $1) }
    }

    /// The same where the statement answers something of each row, in no order.
    func write<Session: SQLSession, Value>(
        _ rows: [[SQLValue]],
        to session: Session,
        answering table: StaticString,
        _ read: (StoredRow) throws -> Value
    ) throws -> [Value] {
        var answers: [Value] = []
        try inPieces(rows) { answers += try session.rows($0, $1, of: table, read) }
        return answers
    }

    private func inPieces(_ rows: [[SQLValue]], _ run: (SQLText, [SQLValue]) throws -> Void) throws {
        var left = rows[...]
        for statement in statements {
            while left.count >= statement.size {
                try run(statement.text, left.prefix(statement.size).flatMap(\.self))
                left = left.dropFirst(statement.size)
            }
        }
    }
}
