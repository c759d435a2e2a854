import LivenessCore
import MariaDBClient

extension MariaDBLease {
    /// Tries until it can be done at once, and says at the end who is in the way: who waits for a lock on a table keeps
    /// all others waiting behind it.
    func untilNobodyIsInTheWay(
        _ what: String,
        patience: Duration,
        pause: Duration = .milliseconds(100),
        _ body: @escaping @Sendable (MariaDBSession) throws -> Void
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                return try await run(body)
            } catch let error as MariaDBError where error.isLockTimeout || error.isDeadlock {
                guard ContinuousClock.now < deadline else {
                    let oldest = try? await run { try Self.oldestTransaction($0) }
                    throw StoreError(.unavailable, "\(what): others are in the way\(oldest ?? "")", cause: error)
                }
                try await Task.sleep(for: pause)
            }
        }
    }

    /// For people; the server tells it only to whom it trusts with PROCESS.
    private static func oldestTransaction(_ session: MariaDBSession) throws -> String {
        let found = try session.rows(
            """
            SELECT trx_mysql_thread_id, CAST(trx_started AS CHAR) FROM information_schema.innodb_trx \
            WHERE trx_mysql_thread_id <> connection_id() ORDER BY trx_started LIMIT 1
            """,
            []
        ) { "; connection \(try $0.integer(0) ?? 0) is in a transaction since \(try $0.text(1) ?? "")" }
        return found.first ?? ""
    }
}
