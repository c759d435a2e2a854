import LivenessCore
package import MariaDBClient

/// The database of a Nova cell, only ever read.
///
/// Nova of any release from Liberty on: columns that came later may be missing.
package struct NovaDatabase: Sendable {
    /// For people, and never with a password.
    package let name: String
    private let pool: MariaDBPool

    /// - Parameters:
    ///   - server: Where it is.
    ///   - name: What the cell is called.
    package init(_ server: MariaDBConfiguration, name: String) {
        self.name = name
        var server = server
        // Its times are UTC, whatever the server's zone is; and all pages are of one moment.
        server.setup = [
            """
            SET SESSION time_zone = '+00:00', tx_isolation = 'REPEATABLE-READ', \
            max_statement_time = \(server.callLimit.components.seconds)
            """
        ]
        pool = MariaDBPool(server, size: 1, label: "rollcall.nova")
    }

    package func close() async {
        await pool.close()
    }

    /// All records, the deleted ones as well, in one snapshot.
    ///
    /// - Throws: `NovaError`, also where the table is not one of Nova's.
    /// - Returns: The records in the order of their ids, and what cannot be read of the others.
    package func read() async throws(NovaError) -> NovaCell {
        try await asking { [name] session in try Self.read(session, name) }
    }

    /// What there is of names that were asked for.
    struct Matches {
        var services: [NovaService] = []
        /// Rows that cannot be read, and why.
        var unclear: [ServiceName: String] = [:]
    }

    /// Its records that are not deleted and have one of these names, in no order.
    ///
    /// - Throws: `NovaError` when they are not read within `patience`.
    func find(_ names: [ServiceName]) async throws(NovaError) -> Matches {
        try await asking { session in
            let end = ContinuousClock.now + Self.patience
            let columns = try Self.columns(session)
            let wanted = Set(names)
            let byCase = Dictionary(names.map { ($0.lowercased, $0) }) { first, _ in first }
            let hosts = Array(Set(names.map(\.host)))
            var matches = Matches()
            for start in stride(from: 0, to: hosts.count, by: Self.hostsPerQuery) {
                guard ContinuousClock.now < end else { throw NovaError("it is too slow") }
                let some = hosts[start..<min(start + Self.hostsPerQuery, hosts.count)]
                for (name, service) in try Self.rows(of: some, columns, session) {
                    guard wanted.contains(name) else {
                        // Its collation takes some names for the same that are not.
                        if let alike = byCase[name.lowercased] { matches.unclear[alike] = "there it is \(name.host)" }
                        continue
                    }
                    switch service {
                    case .success(let service): matches.services.append(service)
                    case .failure(let error): matches.unclear[name] = "\(error)"
                    }
                }
            }
            return matches
        }
    }

    private static func rows(
        of hosts: ArraySlice<String>,
        _ columns: String,
        _ session: MariaDBSession
    ) throws -> [(ServiceName, Result<NovaService, any Error>)] {
        // Two shapes of one statement at most, so that it is prepared once.
        let count = hosts.count == 1 ? 1 : hostsPerQuery
        let places = Array(repeating: "?", count: count).joined(separator: ", ")
        let padded = hosts + Array(repeating: hosts.first ?? "", count: count - hosts.count)
        let query = "SELECT \(columns) FROM services WHERE host IN (\(places)) AND \(living)"
        return try session.rows(query, padded.map { .text($0) }) { row in
            let name = ServiceName(host: try row.text(1) ?? "", binary: try row.text(2) ?? "")
            return (name, Result { try NovaService(row) })
        }
    }

    /// Its record of that identity, unless it is deleted; nil as well where it cannot be read, or where records have no
    /// identities yet.
    ///
    /// - Throws: `NovaError` when the database does not answer.
    func find(_ uuid: ServiceUUID) async throws(NovaError) -> NovaService? {
        try await asking { session in
            guard try Self.present(session).contains("uuid") else { return nil }
            let query = "SELECT \(try Self.columns(session)) FROM services WHERE uuid = ? AND \(Self.living)"
            return try session.rows(query, [.text(uuid.description)]) { row in try? NovaService(row) }.first ?? nil
        }
    }

    private func asking<Answer: Sendable>(
        _ body: @escaping @Sendable (MariaDBSession) throws -> Answer
    ) async throws(NovaError) -> Answer {
        do {
            return try await pool.run(body)
        } catch {
            throw NovaError("\(name): \(error)")
        }
    }

    private static func read(_ session: MariaDBSession, _ name: String) throws -> NovaCell {
        try session.command("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        defer { try? session.command("COMMIT") }
        let query = "SELECT \(try columns(session)) FROM services WHERE id > ? ORDER BY id LIMIT ?"
        var cell = NovaCell(name: name, services: [])
        var last = Int64.min
        while true {
            let page = try session.rows(query, [.integer(last), .integer(pageSize)]) { row in
                (id: try row.integer(0) ?? 0, service: Result { try NovaService(row) })
            }
            guard let end = page.last?.id else { return cell }
            for row in page {
                switch row.service {
                case .success(let service): cell.services.append(service)
                case .failure(let error): cell.unreadable.append("\(name): \(error)")
                }
            }
            last = end
        }
    }

    /// What `NovaService` reads, with NULL for what this release of Nova does not have.
    private static func columns(_ session: MariaDBSession) throws -> String {
        let present = try present(session)
        let missing = required.filter { !present.contains($0) }
        guard missing.isEmpty else {
            throw NovaError("no table services of Nova: it lacks \(missing.joined(separator: ", "))")
        }
        let columns = (required + optional).map { column in
            guard present.contains(column) else { return "NULL" }
            return times.contains(column) ? "CAST(unix_timestamp(\(column)) * 1000000 AS SIGNED)" : "`\(column)`"
        }
        return columns.joined(separator: ", ")
    }

    private static func present(_ session: MariaDBSession) throws -> Set<String> {
        Set(
            try session.rows(
                """
                SELECT column_name FROM information_schema.columns \
                WHERE table_schema = database() AND table_name = 'services'
                """,
                []
            ) { try $0.text(0)?.lowercased() ?? "" }
        )
    }

    /// As `NovaService` reads it.
    private static let living = "(deleted = 0 OR deleted IS NULL)"
    private static let pageSize: Int64 = 5_000
    private static let hostsPerQuery = 200
    /// Names are looked for no longer than about this: somebody's heartbeat waits for it.
    private static let patience = Duration.seconds(2)
    private static let required = ["id", "host", "binary", "topic", "report_count", "disabled", "deleted"]
    private static let optional = [
        "uuid", "version", "forced_down", "disabled_reason", "last_seen_up", "created_at", "updated_at", "deleted_at",
    ]
    private static let times: Set = ["last_seen_up", "created_at", "updated_at", "deleted_at"]
}

/// Why a database of Nova could not be read.
package struct NovaError: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension ServiceName {
    fileprivate var lowercased: ServiceName { ServiceName(host: host.lowercased(), binary: binary.lowercased()) }
}
