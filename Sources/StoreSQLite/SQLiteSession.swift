import GRDB
package import StoreSQL

/// A GRDB connection within one of its transactions or reads.
package struct SQLiteSession: SQLSession {
    let database: Database

    init(_ database: Database) {
        self.database = database
    }

    package var dialect: SQLDialect { .sqlite }
    package var lastInsertedID: Int64 { database.lastInsertedRowID }

    @discardableResult
    package func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(SQLValue.bound(arguments))
        try statement.execute()
        return database.changesCount
    }

    package func rows<Value>(
        _ sql: String,
        _ arguments: [SQLValue],
        _ read: (SQLiteColumns) throws -> Value
    ) throws -> [Value] {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(SQLValue.bound(arguments))
        defer { statement.rewind() }
        statement.rewind()
        let columns = SQLiteColumns(statement: statement.sqliteStatement)
        var values: [Value] = []
        while try statement.step(on: database) { values.append(try read(columns)) }
        return values
    }
}

extension SQLValue {
    /// As any values, and not as those of one type: for those the library makes a key path anew with each statement, which
    /// takes longer than SQLite does.
    fileprivate static func bound(_ values: [SQLValue]) -> StatementArguments {
        StatementArguments(values.map { $0.databaseValue as (any DatabaseValueConvertible)? })
    }

    private var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        }
    }
}
