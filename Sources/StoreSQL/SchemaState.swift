package import LivenessCore

/// Table `schema_state`: how far the schema has come, and which release may write.
package struct SchemaState: Hashable, Sendable {
    package var version: Int32
    package var phase: String
    package var minRelease: Int32
    /// The names of the statements of a contraction that are done.
    package var finishedSteps: Set<String>

    /// nil while the row is not there.
    package static func read(_ session: some SQLSession) throws -> SchemaState? {
        try session.row(query, of: "schema_state") { stored in
            SchemaState(
                version: try stored.small(0),
                phase: try stored.text(1),
                minRelease: try stored.small(2),
                finishedSteps: Set(try stored.text(3).split(separator: " ").map(String.init))
            )
        }
    }

    private static let query = SQLText(
        "SELECT schema_version, phase, min_release, finished_steps FROM schema_state WHERE id = 1"
    )

    /// Whether what moves with this release stands in both places: the phase that the table holds, where its version is
    /// that of this release; what a later one moves is none of ours.
    package static func phase(_ word: String?, of version: Int64?) throws -> SchemaPhase {
        guard let word, let phase = SchemaPhase(rawValue: word) else {
            let known = SchemaPhase.allCases.map(\.rawValue).joined(separator: " or ")
            throw StoreError(.schema, "schema_state.phase is \"\(word?.prefix(64) ?? "")\", expected \(known)")
        }
        return (version ?? 0) > Int64(Release.schemaRange.upperBound) ? .new : phase
    }

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
