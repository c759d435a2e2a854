import GRDB
package import LivenessCore
import StoreSQL

/// The file as it was at one moment.
package struct SQLiteSnapshot: SQLSnapshot {
    let snapshot: DatabaseSnapshot
    let path: String

    package func reading<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await snapshot.read { try body(SQLiteSession($0)) }
        } catch {
            throw StoreError(sqlite: error, file: path)
        }
    }

    package func close() async {
        try? snapshot.close()
    }
}
