/// What a database needs before a release can work with it, or to end an upgrade.
package struct DatabaseCondition: Hashable, Sendable {
    /// With the exit statuses of `keystone-manage db_sync --check`, which `rollcalld db check` ends with as well.
    package enum Need: Int32, Sendable {
        case nothing = 0
        /// Nothing that a command of this release could mend.
        case broken = 1
        case expansion = 2
        /// Records still have their heartbeats in the old place only.
        case migration = 3
        /// Nobody needs the old place any more.
        case contraction = 4
    }

    package var need: Need
    /// The same for people.
    package var words: String

    package init(_ need: Need, _ words: String) {
        self.need = need
        self.words = words
    }

    /// Of a database that holds nothing yet.
    package static let empty = DatabaseCondition(.expansion, "it has no tables of Rollcall yet")
    /// Of a database of somebody else's.
    package static let foreign = DatabaseCondition(.broken, "it holds tables, but not those of Rollcall")
}
