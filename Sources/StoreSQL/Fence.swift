import LivenessCore

/// What every transaction that writes begins with.
///
/// Whoever raises `min_release` takes its row for itself: once that is committed no older writer is under way, and none
/// that follows gets past this line.
package struct Fence: Sendable {
    package var release: Int32

    package init(release: Int32) {
        self.release = release
    }

    package func check(_ session: some SQLSession) throws {
        try check(try session.row(Self.query, of: "schema_state", { try $0.integer(0) }))
    }

    /// The same where its row was read already, in this transaction and kept from changing; nil where there is none.
    package func check(_ least: Int64?) throws {
        guard let least else {
            throw StoreError(.schema, "schema_state is empty: the database cannot say which release may write")
        }
        guard least <= Int64(release) else {
            throw StoreError(.fenced, "fenced: release \(release), the database needs \(least)")
        }
    }

    private static let query = SQLText { "SELECT min_release FROM schema_state WHERE id = 1\($0.sharingRows)" }
}
