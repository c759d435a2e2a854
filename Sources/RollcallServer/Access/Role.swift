/// What the holder of a credential may do.
package enum Role: String, CaseIterable, Sendable {
    /// Beats for the services that the credential names, and lets them leave.
    case reporter
    /// Asks.
    case reader
    /// Does everything: asks, beats for any service, edits records, releases brakes, switches drivers.
    case `operator`
}
