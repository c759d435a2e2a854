package import LivenessCore
import MariaDBClient
import StoreSQL

/// The database as it was at one moment: a transaction that only reads, on a connection of its own.
package struct MariaDBSnapshot: SQLSnapshot {
    private let lease: MariaDBLease
    private let place: String

    init(_ pool: MariaDBPool, place: String) async throws {
        self.place = place
        lease = try await pool.lease()
        do {
            try await lease.run { try Self.begin($0) }
        } catch {
            await lease.giveBack()
            throw error
        }
    }

    static func begin(_ connection: MariaDBSession) throws {
        try connection.command("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    }

    package func reading<Value: Sendable>(
        _ body: @escaping @Sendable (StoreSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await lease.run { try body(StoreSession($0)) }
        } catch {
            throw StoreError(mariaDB: error, at: place)
        }
    }

    package func close() async {
        try? await lease.run { try $0.command("COMMIT") }
        await lease.giveBack()
    }
}
