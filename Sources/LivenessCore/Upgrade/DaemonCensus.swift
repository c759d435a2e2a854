/// The daemons that count where a minimum is asked for: those that have not left, were not retired, and were seen lately.
///
/// It can only say who was seen; that nobody else writes is the fence's to see to.
package struct DaemonCensus: Sendable {
    /// A daemon that was not seen for so long does not count.
    package static let memory: Duration = .seconds(86_400)

    package let counted: [DaemonRecord]

    /// - Parameters:
    ///   - daemons: All rows of table `daemons`.
    ///   - now: The time on a wall clock.
    package init(_ daemons: [DaemonRecord], at now: Timestamp) {
        counted = daemons.filter { $0.leftAt == nil && $0.retiredAt == nil && now - $0.lastSeen <= Self.memory }
    }

    /// Those of an older release: as long as there are any, what they use stays.
    package func older(than release: Int32) -> [DaemonRecord] {
        counted.filter { $0.release < release }
    }

    /// Those from `release` on that have not yet written in that phase.
    package func yetToSee(_ phase: SchemaPhase, from release: Int32) -> [DaemonRecord] {
        counted.filter { $0.release >= release && $0.phaseSeen != phase.rawValue }
    }
}
