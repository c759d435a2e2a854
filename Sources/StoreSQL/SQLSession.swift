/// One transaction of a SQL database, as the statements of a store see it.
///
/// Its calls block: they are made on the thread of its connection only. Arguments stand for the `?` of a statement, in
/// their order.
package protocol SQLSession {
    associatedtype Columns: SQLColumns

    /// How this database spells what is not the same everywhere.
    var dialect: SQLDialect { get }

    /// The id that the last insertion gave its row.
    var lastInsertedID: Int64 { get }

    /// Runs a statement; answers how many rows it met, also those it left as they were.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Runs an update that `SQLDialect.update(_:setting:)` made, for each of these rows.
    func update(_ sql: String, _ rows: [[SQLValue]]) throws

    /// Runs a query and reads its rows, one by one.
    func rows<Value>(_ sql: String, _ arguments: [SQLValue], _ read: (Columns) throws -> Value) throws -> [Value]
}

extension SQLSession {
    @discardableResult
    func execute(_ sql: SQLText, _ arguments: [SQLValue]) throws -> Int {
        try execute(sql[dialect], arguments)
    }

    /// Runs an update that `SQLDialect.update` made; answers the number, nil where there is no such row.
    func answer(to update: SQLText, _ arguments: [SQLValue]) throws -> Int64? {
        switch dialect {
        case .sqlite: try rows(update[dialect], arguments) { try $0.integer(0) }.first ?? nil
        case .mariaDB: try execute(update, arguments) > 0 ? lastInsertedID : nil
        }
    }

    func rows<Value>(
        _ sql: SQLText,
        _ arguments: [SQLValue] = [],
        of table: StaticString,
        _ read: (StoredRow) throws -> Value
    ) throws -> [Value] {
        try rows(sql[dialect], arguments) { try read(StoredRow($0, of: table)) }
    }

    /// The first row; nil when there is none.
    func row<Value>(
        _ sql: SQLText,
        _ arguments: [SQLValue] = [],
        of table: StaticString,
        _ read: (StoredRow) throws -> Value
    ) throws -> Value? {
        try rows(sql, arguments, of: table, read).first
    }
}

/// The columns of one row, by position.
package protocol SQLColumns {
    /// nil for NULL.
    func integer(_ index: Int) throws -> Int64?
    func text(_ index: Int) throws -> String?
}

/// What a table can hold.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
}
