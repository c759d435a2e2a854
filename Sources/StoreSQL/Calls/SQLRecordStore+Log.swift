package import LivenessCore

extension SQLRecordStore {
    package func transitions(since: Int64, limit: Int) async throws(StoreError) -> TransitionPage {
        try await reading { session in
            TransitionPage(
                transitions: try session.rows(
                    LogText.since,
                    [since.stored, max(limit, 0).stored],
                    of: "transitions"
                ) { try TransitionRow.transition($0) },
                head: try LogHeadRow.head(of: session)
            )
        }
    }

    package func history(of uuid: ServiceUUID, limit: Int) async throws(StoreError) -> [Transition] {
        try await reading { session in
            try session.rows(
                LogText.history,
                [uuid.description.stored, max(limit, 0).stored],
                of: "transitions"
            ) { try TransitionRow.transition($0) }
        }
    }

    package func write(_ daemon: DaemonRecord) async throws(StoreError) {
        try await writing { try DaemonRow.write(daemon, to: $0) }
    }

    package func daemons() async throws(StoreError) -> [DaemonRecord] {
        try await reading { try DaemonRow.all(in: $0) }
    }
}

private enum LogText {
    static let since = SQLText(
        "SELECT \(TransitionRow.columns) FROM transitions WHERE revision > ? ORDER BY revision LIMIT ?"
    )
    static let history = SQLText(
        """
        SELECT \(TransitionRow.columns) FROM transitions \
        WHERE service_id = (SELECT id FROM services WHERE uuid = ?) ORDER BY revision DESC LIMIT ?
        """
    )
}
