/// Who decides when several drivers look.
package enum DriverPolicy: String, Sendable, CaseIterable {
    /// The deciding driver alone.
    case driver
    /// Down if one says down, else unknown if one does not know.
    case all
    /// Up if one says up, else unknown if one does not know.
    case any
}
