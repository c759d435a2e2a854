/// One step of the schema: the files of `Migrations/` with its number, never changed once released.
struct Migration: Sendable {
    /// The schema version it leads to.
    var version: Int32
    /// What its release adds, while the one before goes on.
    var expansion: String
    /// What its release removes at the end; nil where it replaces nothing.
    var contraction: String?
    /// Heartbeats move with it (`HeartbeatMove`).
    var movesHeartbeats = false

    /// All of this release, in order.
    static let released = [
        Migration(version: 1, expansion: String(decoding: PackageResources.V0001_release_1_sql, as: UTF8.self)),
        Migration(
            version: 2,
            expansion: String(decoding: PackageResources.V0002_release_2_sql, as: UTF8.self),
            contraction: String(decoding: PackageResources.V0002_release_2_contract_sql, as: UTF8.self),
            movesHeartbeats: true
        ),
    ]

    /// Triggers keep what cannot be merged row by row in step, one way only: from the old place to the new one.
    var makesTriggers: Bool { expansion.contains(" TRIGGER ") || contraction?.contains(" TRIGGER ") == true }

    /// The statements of a file: each ends with a semicolon at the end of a line.
    static func statements(_ sql: String) -> [String] {
        sql.split(separator: ";\n").map { statement in
            statement.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n")
        }.filter { !$0.isEmpty }
    }
}
