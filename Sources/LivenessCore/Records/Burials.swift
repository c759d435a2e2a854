/// What the deleted records of a name leave behind.
package struct Burials: Hashable, Sendable {
    /// How long a deleted record and a replaced incarnation are remembered.
    ///
    /// A day outlasts every process that was stopped over night.
    package static let memory: Duration = .seconds(24 * 3600)

    /// Whether a record of that name was deleted within memory.
    package var areRecent: Bool
    /// The incarnations that were known when those records were deleted.
    package var incarnations: Set<String>
    /// The highest fencing token a deleted record of that name ever had.
    ///
    /// Tokens never go back, so this one has no age.
    package var highestNumber: Int64

    package init(areRecent: Bool = false, incarnations: Set<String> = [], highestNumber: Int64 = 0) {
        self.areRecent = areRecent
        self.incarnations = incarnations
        self.highestNumber = highestNumber
    }
}
