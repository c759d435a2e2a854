/// One daemon's row in table `daemons`.
package struct DaemonRecord: Hashable, Sendable {
    package var id: String
    /// Chosen anew at each start of the daemon.
    package var incarnation: String
    package var host: String
    package var release: Int32
    /// The schema versions it can work with.
    package var schemaRange: ClosedRange<Int32>
    package var phaseSeen: String
    /// Grows with every flush: what polls compare.
    package var flushCount: Int64
    package var settingsDigest: String
    /// The names of the liveness drivers that it runs, in their order.
    package var drivers: [String] = []
    package var lastSeen: Timestamp
    package var leftAt: Timestamp?
    package var retiredAt: Timestamp?

    package init(
        id: String,
        incarnation: String,
        host: String,
        release: Int32,
        schemaRange: ClosedRange<Int32>,
        phaseSeen: String,
        flushCount: Int64,
        settingsDigest: String,
        lastSeen: Timestamp
    ) {
        self.id = id
        self.incarnation = incarnation
        self.host = host
        self.release = release
        self.schemaRange = schemaRange
        self.phaseSeen = phaseSeen
        self.flushCount = flushCount
        self.settingsDigest = settingsDigest
        self.lastSeen = lastSeen
    }

    /// Whether it has written since, as its row shows `later`.
    package func hasMoved(to later: DaemonRecord) -> Bool {
        later.flushCount != flushCount || later.lastSeen != lastSeen || later.incarnation != incarnation
    }
}
