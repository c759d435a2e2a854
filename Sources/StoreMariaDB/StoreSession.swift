import LivenessCore
package import MariaDBClient
package import StoreSQL

/// A connection within a transaction.
package struct StoreSession: SQLSession {
    let connection: MariaDBSession
    /// As it is for this transaction, whatever others do meanwhile.
    let phase: SchemaPhase

    init(_ connection: MariaDBSession, _ phase: SchemaPhase) {
        self.connection = connection
        self.phase = phase
    }

    package var dialect: SQLDialect { .mariaDB(phase) }
    package var lastInsertedID: Int64 { connection.lastInsertedID }

    @discardableResult
    package func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try connection.execute(sql, arguments.map(\.argument))
    }

    /// All of them in one statement, as a list.
    package func update(_ sql: String, _ rows: [[SQLValue]]) throws {
        guard !rows.isEmpty else { return }
        try execute(sql, [RowList.document(rows)])
    }

    package func rows<Value>(
        _ sql: String,
        _ arguments: [SQLValue],
        _ read: (MariaDBRow) throws -> Value
    ) throws -> [Value] {
        try connection.rows(sql, arguments.map(\.argument), read)
    }
}

extension MariaDBRow: SQLColumns {}

extension SQLValue {
    fileprivate var argument: MariaDBValue {
        switch self {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .text(let text): .text(text)
        }
    }
}
