import GRDB
import GRDBSQLite
import StoreSQL

/// A statement run past the library's values: making those and binding them takes longer than SQLite does.
extension Statement {
    /// Gives its parameters their values, in their order.
    func bind(_ values: [SQLValue], on database: Database) throws {
        for (position, value) in values.enumerated() {
            let parameter = Int32(clamping: position + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(sqliteStatement, parameter)
                case .integer(let integer): sqlite3_bind_int64(sqliteStatement, parameter, integer)
                case .text(let text): bind(text, parameter)
                }
            guard code == SQLITE_OK else { throw failure(code, on: database) }
        }
    }

    func bind(_ text: String, _ parameter: Int32) -> Int32 {
        text.withCString {
            sqlite3_bind_text(sqliteStatement, parameter, $0, Int32(clamping: text.utf8.count), Self.copied)
        }
    }

    /// `SQLITE_TRANSIENT`: SQLite makes a copy of a text that it is given.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    func step(on database: Database) throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code, on: database)
        }
    }

    /// Before its first row again, holding nothing.
    func rewind() { sqlite3_reset(sqliteStatement) }

    /// As `rewind`, and the copies that it has of its values are given back.
    func clear() {
        sqlite3_reset(sqliteStatement)
        sqlite3_clear_bindings(sqliteStatement)
    }

    private func failure(_ code: Int32, on database: Database) -> DatabaseError {
        let words = sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: words, sql: sql)
    }
}
