import GRDB
import LivenessCore

/// One step of the schema: a file of `Migrations/`, never changed once released.
struct Migration: Sendable {
    /// The schema version it leads to.
    var version: Int32
    var sql: String

    /// All of this release, in order.
    static let released = [
        Migration(version: 1, sql: String(decoding: PackageResources.V0001_release_1_sql, as: UTF8.self)),
        Migration(version: 2, sql: String(decoding: PackageResources.V0002_release_2_sql, as: UTF8.self)),
    ]
}
