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

    package func news(since: Int64, limit: Int) async throws(StoreError) -> LogNews {
        try await reading { session in
            let asked = [since.stored, max(limit, 0).stored]
            let rows = try session.rows(LogText.news, asked, of: "transitions") { stored in
                (try TransitionRow.transition(stored), try stored.optionalInteger(TransitionRow.columnCount))
            }
            return LogNews(
                page: TransitionPage(transitions: rows.map(\.0), head: try LogHeadRow.head(of: session)),
                records: try Self.records(rows.compactMap(\.1), in: session)
            )
        }
    }

    package func records(_ ids: [Int64]) async throws(StoreError) -> LoadedPage {
        try await reading { try Self.records(ids, in: $0) }
    }

    private static func records(_ ids: [Int64], in session: Session) throws -> LoadedPage {
        guard !ids.isEmpty else { return LoadedPage(services: [], incarnations: []) }
        let list = Set(ids).sorted().stored
        return LoadedPage(
            services: try session.rows(LogText.services, [list], of: "services") { try ServiceRow.record($0) },
            incarnations: try session.rows(LogText.incarnations, [list], of: "service_incarnations") {
                try IncarnationRow.record($0)
            }.remembered
        )
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

    package func retire(daemon id: String, at: Timestamp) async throws(StoreError) -> DaemonRecord? {
        try await writing { try DaemonRow.retire(id, at: at, in: $0) }
    }

    package func daemons() async throws(StoreError) -> [DaemonRecord] {
        try await reading { try DaemonRow.all(in: $0) }
    }
}

private enum LogText {
    static let since = SQLText(
        "SELECT \(TransitionRow.columns) FROM transitions WHERE revision > ? ORDER BY revision LIMIT ?"
    )
    static let news = SQLText(
        """
        SELECT \(TransitionRow.columns), service_id FROM transitions WHERE revision > ? ORDER BY revision LIMIT ?
        """
    )
    static let services = SQLText {
        ServiceRow.query($0, among: "id") + " ORDER BY id"
    }
    static let incarnations = SQLText {
        "SELECT \(IncarnationRow.columns) FROM \($0.rows(of: "service_incarnations", whose: "service_id"))"
    }
    static let history = SQLText(
        """
        SELECT \(TransitionRow.columns) FROM transitions \
        WHERE service_id = (SELECT id FROM services WHERE uuid = ?) ORDER BY revision DESC LIMIT ?
        """
    )
}
