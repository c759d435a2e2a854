/// How far the move to the newest shape of the tables has come.
package enum SchemaPhase: String, Sendable, CaseIterable {
    /// Daemons of the release before may write: what moves stands in the old place and in the new one.
    case both
    /// The new place only.
    case new
}
