/// One step of the schema: a file of `Migrations/`, never changed once released.
struct Migration: Sendable {
    /// The schema version it leads to.
    var version: Int32
    var sql: String

    /// All of this release, in order.
    static let released = [
        Migration(version: 1, sql: String(decoding: PackageResources.V0001_release_1_sql, as: UTF8.self))
    ]

    /// Its statements: each ends with a semicolon at the end of a line.
    var statements: [String] {
        sql.split(separator: ";\n").map { statement in
            statement.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n")
        }.filter { !$0.isEmpty }
    }
}
