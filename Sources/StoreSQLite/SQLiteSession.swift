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
        try run(sql, arguments) { _ in }
        return database.changesCount
    }

    /// Row by row: there is no way to the server that would have to be saved.
    package func update(_ sql: String, _ rows: [[SQLValue]]) throws {
        for row in rows { try run(sql, row) { _ in } }
    }

    package func rows<Value>(
        _ sql: String,
        _ arguments: [SQLValue],
        _ read: (SQLiteColumns) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try run(sql, arguments) { values.append(try read($0)) }
        return values
    }

    private func run(_ sql: String, _ arguments: [SQLValue], _ read: (SQLiteColumns) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql)
        defer { statement.clear() }
        statement.rewind()
        try statement.bind(arguments, on: database)
        let columns = SQLiteColumns(statement: statement.sqliteStatement)
        while try statement.step(on: database) { try read(columns) }
    }
}
