package import LivenessCore

/// Table `schema_state`: how far the schema has come, and which release may write.
package struct SchemaState: Hashable, Sendable {
    package var version: Int32
    package var phase: String
    package var minRelease: Int32

    /// nil while the row is not there.
    package static func read(_ session: some SQLSession) throws -> SchemaState? {
        try session.row(query, of: "schema_state") { stored in
            SchemaState(version: try stored.small(0), phase: try stored.text(1), minRelease: try stored.small(2))
        }
    }

    private static let query = SQLText("SELECT schema_version, phase, min_release FROM schema_state WHERE id = 1")

    /// What the database needs for a release whose newest step is `newest`.
    package func condition(release: Int32, newest: Int32) -> DatabaseCondition {
        let words = "schema \(version), phase \(phase), least release \(minRelease)"
        if minRelease > release {
            return DatabaseCondition(.broken, "\(words): this is release \(release), which may not write any more")
        }
        if version < newest {
            return DatabaseCondition(.expansion, "\(words): release \(release) needs schema \(newest)")
        }
        return DatabaseCondition(.nothing, "\(words): release \(release) can work with it")
    }
}
