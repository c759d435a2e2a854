/// One engagement of a brake, as every daemon sees it.
package struct BrakeRecord: Hashable, Sendable {
    /// How it ended, where no operator ended it.
    package enum End: String, Sendable {
        /// Enough of its members were heard again.
        case recovered
        /// It held for as long as it may.
        case maxHold = "max_hold"
    }

    package var scope: BrakeScope
    package var engagedAt: Timestamp
    /// The daemon that engaged it.
    package var engagedBy: String
    /// How many services it counted in its scope when it engaged, and how many of them were silent.
    package var members: Int
    package var silent: Int
    package var releasedAt: Timestamp?
    /// `recovered`, `max_hold`, or the operator who did.
    package var releasedBy: String?

    package init(scope: BrakeScope, engagedAt: Timestamp, engagedBy: String, members: Int, silent: Int) {
        self.scope = scope
        self.engagedAt = engagedAt
        self.engagedBy = engagedBy
        self.members = members
        self.silent = silent
    }
}

/// The end of a brake: of the one of that scope that engaged then, and not of another that engaged since.
package struct BrakeRelease: Hashable, Sendable {
    package var scope: BrakeScope
    package var engagedAt: Timestamp
    package var by: String
    package var at: Timestamp

    package init(_ brake: BrakeRecord, by: String, at: Timestamp) {
        scope = brake.scope
        engagedAt = brake.engagedAt
        self.by = by
        self.at = at
    }

    /// Whether it is about this brake.
    package func isMeant(_ brake: BrakeRecord) -> Bool {
        brake.scope == scope && brake.releasedAt == nil && brake.engagedAt == engagedAt
    }

    /// The brake as it is afterwards.
    package func applied(to brake: BrakeRecord) -> BrakeRecord {
        var released = brake
        released.releasedAt = at
        released.releasedBy = by
        return released
    }
}
