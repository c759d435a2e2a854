/// What this build of Rollcall is.
package enum Release {
    /// Grows by one with every release whose schema or protocol matters to others: what the fence compares.
    package static let number: Int32 = 2
    /// For people.
    package static let version = "2.0.0"
    /// The schema versions this release can work with.
    package static let schemaRange: ClosedRange<Int32> = 2...2

    /// Whether daemons of that release and of this one may work on one database: the one before, and the one after.
    package static func worksBeside(_ other: Int32) -> Bool {
        (number - 1...number + 1).contains(other)
    }
}
