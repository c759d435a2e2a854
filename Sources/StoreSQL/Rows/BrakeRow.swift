import LivenessCore

/// Table `brakes`.
enum BrakeRow {
    private static let columns = "scope, engaged_at, engaged_by, members, silent, released_at, released_by"

    private static func record(_ stored: StoredRow) throws -> BrakeRecord {
        var record = BrakeRecord(
            scope: BrakeScope(text: try stored.text(0)),
            engagedAt: try stored.time(1) ?? Timestamp(microseconds: 0),
            engagedBy: try stored.text(2),
            members: Int(try stored.count(3)),
            silent: Int(try stored.count(4))
        )
        record.releasedAt = try stored.time(5)
        record.releasedBy = try stored.optionalText(6)
        return record
    }

    /// Those that hold.
    static func held(in session: some SQLSession) throws -> [BrakeRecord] {
        try session.rows(held, of: "brakes") { try record($0) }
    }

    private static let held = SQLText("SELECT \(columns) FROM brakes WHERE released = 0 ORDER BY id")

    /// Those that hold, then those released last.
    static func newest(_ limit: Int, in session: some SQLSession) throws -> [BrakeRecord] {
        try session.rows(newest, [limit.stored], of: "brakes") { try record($0) }
    }

    private static let newest = SQLText(
        "SELECT \(columns) FROM brakes ORDER BY released <> 0, released_at DESC, id LIMIT ?"
    )

    /// The one that holds that scope, kept from being released by others.
    static func holding(_ scope: BrakeScope, in session: some SQLSession) throws -> (id: Int64, record: BrakeRecord)? {
        try session.row(holding, [scope.text.stored], of: "brakes") { (try $0.integer(7), try record($0)) }
    }

    private static let holding = SQLText {
        "SELECT \(columns), id FROM brakes WHERE scope = ? AND released = 0\($0.keepingRows)"
    }

    static func insert(_ brake: BrakeRecord, in session: some SQLSession) throws {
        try session.execute(
            insertion,
            [
                brake.scope.text.stored, brake.engagedAt.stored, brake.engagedBy.stored, brake.members.stored,
                brake.silent.stored,
            ]
        )
    }

    private static let insertion = SQLText(
        "INSERT INTO brakes (scope, engaged_at, engaged_by, members, silent) VALUES (?, ?, ?, ?, ?)"
    )

    static func release(_ id: Int64, _ release: BrakeRelease, in session: some SQLSession) throws {
        try session.execute(released, [release.at.stored, release.by.stored, id.stored])
    }

    private static let released = SQLText(
        "UPDATE brakes SET released = id, released_at = ?, released_by = ? WHERE id = ?"
    )

    /// Removes what was released before that, at most so many; answers how many.
    static func prune(before: Timestamp, limit: Int, in session: some SQLSession) throws -> Int {
        try session.execute(old, [before.stored, limit.stored])
    }

    private static let old = SQLText(
        """
        DELETE FROM brakes WHERE id IN (SELECT id FROM \
        (SELECT id FROM brakes WHERE released <> 0 AND released_at < ? LIMIT ?) AS old)
        """
    )
}
