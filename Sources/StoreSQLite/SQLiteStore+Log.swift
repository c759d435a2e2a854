import GRDB
package import LivenessCore

extension SQLiteStore {
    package func transitions(since: Int64, limit: Int) async throws(StoreError) -> TransitionPage {
        try await reading { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT \(TransitionRow.columns) FROM transitions WHERE revision > ? ORDER BY revision LIMIT ?
                    """,
                arguments: [since, max(limit, 0)]
            )
            return TransitionPage(
                transitions: try rows.map(TransitionRow.transition).toArray(),
                head: try LogRows.head(of: database)
            )
        }
    }

    package func history(of uuid: ServiceUUID, limit: Int) async throws(StoreError) -> [Transition] {
        try await reading { database in
            try Row.fetchCursor(
                database,
                sql: """
                    SELECT \(TransitionRow.columns) FROM transitions \
                    WHERE service_id = (SELECT id FROM services WHERE uuid = ?) ORDER BY revision DESC LIMIT ?
                    """,
                arguments: [uuid.description, max(limit, 0)]
            ).map(TransitionRow.transition).toArray()
        }
    }

    package func write(_ daemon: DaemonRecord) async throws(StoreError) {
        try await writing { try DaemonRow.write(daemon, to: $0) }
    }

    package func daemons() async throws(StoreError) -> [DaemonRecord] {
        try await reading { try DaemonRow.all(in: $0) }
    }
}
