import LivenessCore
import MariaDBClient
import StoreSQL

/// Copies heartbeats of the records into the table of their own, batch by batch, while daemons go on writing.
///
/// A batch keeps its records from changing while it copies them, and takes them in the order of their keys, as a flush
/// does. What it did is done: a killed move goes on where it was.
struct HeartbeatMove: Sendable {
    /// Which records are to be copied.
    enum Extent {
        /// Those that have no row in the table yet.
        case missing
        /// Also those of whom it says another thing, which daemons of release 1 have written since.
        case behind
    }

    /// A batch holds its locks for about so long.
    private static let aim = Duration.milliseconds(20)
    private static let sizes = 100...2_000
    /// Tries of a batch that the server undoes to let others go on.
    private static let mostTries = 20
    private static let pause = Duration.milliseconds(100)

    var release: Int32
    var extent: Extent

    static func isNeeded(_ session: MariaDBSession) throws -> Bool {
        try !ids(.missing, after: .min, limit: 1, session).isEmpty
    }

    /// How many records are to be copied.
    func count(_ session: MariaDBSession) throws -> Int {
        var count: Int64 = 0
        try Self.stretches(session, after: .min) { first, last in
            let query = "SELECT count(*) FROM \(Self.pairs(extent))"
            count += try session.rows(query, [.integer(first), .integer(last)]) { try $0.integer(0) ?? 0 }.first ?? 0
            return true
        }
        return Int(clamping: count)
    }

    /// Copies at most so many; answers how many it has copied.
    ///
    /// It rests as long as it works, so that it takes half of what there is at most, and takes fewer at a time where a
    /// batch takes long.
    func run(_ lease: MariaDBLease, atMost: Int, _ report: (Int) -> Void) async throws -> Int {
        var last = Int64.min
        var copied = 0
        var size = Self.sizes.lowerBound
        var tries = 0
        while copied < atMost {
            let began = ContinuousClock.now
            let batch: [Int64]
            do {
                batch = try await lease.run { [last, limit = min(size, atMost - copied)] in
                    try self.copy(after: last, limit: limit, $0)
                }
                tries = 0
            } catch let error as MariaDBError where error.isDeadlock || error.isLockTimeout {
                tries += 1
                guard tries < Self.mostTries else { throw error }
                size = Self.sizes.lowerBound
                try await Task.sleep(for: Self.pause)
                continue
            }
            guard let end = batch.last else { break }
            copied += batch.count
            last = end
            report(copied)
            let took = ContinuousClock.now - began
            size = took < Self.aim ? min(size * 2, Self.sizes.upperBound) : max(size / 2, Self.sizes.lowerBound)
            try await Task.sleep(for: took)
        }
        return copied
    }

    /// Copies the next ones in one transaction behind the fence; answers their ids.
    private func copy(after last: Int64, limit: Int, _ session: MariaDBSession) throws -> [Int64] {
        let ids = try Self.ids(extent, after: last, limit: limit, session)
        guard !ids.isEmpty else { return [] }
        try session.command("START TRANSACTION READ WRITE")
        do {
            let state = try session.rows(
                "SELECT min_release, phase, schema_version FROM schema_state WHERE id = 1 LOCK IN SHARE MODE",
                []
            ) { (least: try $0.integer(0), phase: try $0.text(1), version: try $0.integer(2)) }.first
            try Fence(release: release).check(state?.least)
            guard try SchemaState.phase(state?.phase, of: state?.version) == .both else {
                throw StoreError(.schema, "the phase of the schema is new already: nothing is moved any more")
            }
            try session.execute(Self.copying, [.text("[" + ids.map(String.init).joined(separator: ",") + "]")])
            try session.command("COMMIT")
        } catch {
            try? session.command("ROLLBACK")
            throw error
        }
        return ids
    }

    /// Exactly those that were found: nobody else's row is kept meanwhile.
    private static let copying = HeartbeatRow.copying(
        from: """
            json_table(?, '$[*]' COLUMNS (wanted BIGINT PATH '$')) AS list \
            STRAIGHT_JOIN services AS s FORCE INDEX (PRIMARY) ON s.id = wanted LOCK IN SHARE MODE
            """,
        .mariaDB(.both)
    )

    private static func ids(
        _ extent: Extent,
        after last: Int64,
        limit: Int,
        _ session: MariaDBSession
    ) throws -> [Int64] {
        var found: [Int64] = []
        try stretches(session, after: last) { first, last in
            found += try session.rows(
                "SELECT s.id FROM \(pairs(extent)) ORDER BY s.id LIMIT ?",
                [.integer(first), .integer(last), .integer(Int64(limit - found.count))]
            ) { try $0.integer(0) ?? 0 }
            return found.count < limit
        }
        return found
    }

    private static func stretches(
        _ session: MariaDBSession,
        after last: Int64,
        _ body: (Int64, Int64) throws -> Bool
    ) throws {
        try HeartbeatRow.recordStretches.read(in: StoreSession(session, .both), after: last, body)
    }

    /// What follows FROM in a query of a stretch.
    private static func pairs(_ extent: Extent) -> String {
        let missing = "h.service_id IS NULL"
        let wanted =
            switch extent {
            case .missing: missing
            case .behind: "(\(missing) OR \(HeartbeatRow.differs))"
            }
        return """
            services AS s LEFT JOIN service_heartbeats AS h ON h.service_id = s.id \
            WHERE s.id BETWEEN ? AND ? AND \(wanted)
            """
    }
}
