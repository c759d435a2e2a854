import GRDB
import GRDBSQLite
import StoreSQL

/// The row that a statement stands at, read past the library's values: making those takes longer than SQLite does.
package struct SQLiteColumns: SQLColumns {
    let statement: OpaquePointer

    package func integer(_ index: Int) throws -> Int64? {
        let column = Int32(clamping: index)
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return sqlite3_column_int64(statement, column)
        case let type: throw Self.mismatch(type, index, expected: "an integer")
        }
    }

    package func text(_ index: Int) throws -> String? {
        let column = Int32(clamping: index)
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL: return nil
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(statement, column) else {
                throw DatabaseError(resultCode: .SQLITE_NOMEM)
            }
            let count = Int(sqlite3_column_bytes(statement, column))
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        case let type: throw Self.mismatch(type, index, expected: "text")
        }
    }

    private static func mismatch(_ type: Int32, _ index: Int, expected: String) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_MISMATCH,
            message: "column \(index) holds a value of SQLite's type \(type), expected \(expected)"
        )
    }
}
