package import GRDB
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
        _ read: (Row) throws -> Value
    ) throws -> [Value] {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(SQLValue.bound(arguments))
        let rows = try Row.fetchCursor(statement)
        var values: [Value] = []
        while let row = try rows.next() { values.append(try read(row)) }
        return values
    }
}

extension Row: SQLColumns {
    package func integer(_ index: Int) throws -> Int64? { try decode(Int64?.self, atIndex: index) }
    package func text(_ index: Int) throws -> String? { try decode(String?.self, atIndex: index) }
}

extension SQLValue {
    /// As any values, and not as those of one type: for those the library makes a key path anew with each statement, which
    /// takes longer than SQLite does.
    fileprivate static func bound(_ values: [SQLValue]) -> StatementArguments {
        StatementArguments(values.map { $0.databaseValue as (any DatabaseValueConvertible)? })
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        }
    }
}
