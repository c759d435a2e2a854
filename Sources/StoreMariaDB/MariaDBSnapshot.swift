package import LivenessCore
import MariaDBClient
import StoreSQL

/// The database as it was at one moment: a transaction that only reads, on a connection of its own.
package struct MariaDBSnapshot: SQLSnapshot {
    private let lease: MariaDBLease
    private let phase: SchemaPhase
    private let place: String

    init(_ pool: MariaDBPool, place: String) async throws {
        self.place = place
        lease = try await pool.lease()
        do {
            phase = try await lease.run { try Self.begin($0).phase }
        } catch {
            await lease.giveBack()
            throw error
        }
    }

    static func begin(_ connection: MariaDBSession) throws -> StoreSession {
        do {
            // What this query sees is what all that follow see. It names the table that loses columns when the phase
            // ends, so that this stays as it is until the snapshot does.
            let state = try connection.rows(
                "SELECT phase, schema_version, (SELECT 1 FROM services LIMIT 1) FROM schema_state WHERE id = 1",
                []
            ) { (phase: try $0.text(0), version: try $0.integer(1)) }.first
            return StoreSession(connection, try SchemaState.phase(state?.phase, of: state?.version))
        } catch {
            try? connection.command("COMMIT")
            throw error
        }
    }

    package func reading<Value: Sendable>(
        _ body: @escaping @Sendable (StoreSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await lease.run { [phase] in try body(StoreSession($0, phase)) }
        } catch {
            throw StoreError(mariaDB: error, at: place)
        }
    }

    package func close() async {
        // Also where the task is cancelled: a transaction that stays open is the next one's snapshot.
        await Task { [lease] in
            try? await lease.run { try $0.command("COMMIT") }
            await lease.giveBack()
        }.value
    }
}
