import GRDB
import LivenessCore

/// What every transaction that writes begins with.
///
/// Whoever raises `min_release` does so in a transaction of its own. SQLite lets one writer in at a time, so after
/// that commit no older writer is under way, and none that follows gets past this line.
struct Fence: Sendable {
    var release: Int32

    func check(_ database: Database) throws {
        guard
            let least = try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT min_release FROM schema_state WHERE id = 1")
            )
        else {
            throw StoreError(.schema, "schema_state is empty: the database cannot say which release may write")
        }
        guard least <= Int64(release) else {
            throw StoreError(.fenced, "fenced: release \(release), the database needs \(least)")
        }
    }
}
