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
        statement.setUncheckedArguments(StatementArguments(arguments.map(\.databaseValue)))
        try statement.execute()
        return database.changesCount
    }

    package func rows<Value>(
        _ sql: String,
        _ arguments: [SQLValue],
        _ read: (Row) throws -> Value
    ) throws -> [Value] {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(StatementArguments(arguments.map(\.databaseValue)))
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
    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        }
    }
}
