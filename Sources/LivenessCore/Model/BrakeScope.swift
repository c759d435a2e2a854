/// What a brake holds: the services of one topic in one zone, or the whole fleet.
package struct BrakeScope: Sendable {
    /// `TOPIC/ZONE`, or `fleet`: names contain no slash.
    package let text: String

    package static let fleet = BrakeScope(text: "fleet")

    package init(text: String) {
        self.text = text
    }

    package init(_ profile: Profile) {
        text = "\(profile.topic)/\(profile.zone)"
    }

    /// Of the services it holds; `nil` for the fleet.
    package var topic: Substring? { text.firstIndex(of: "/").map { text[..<$0] } }
    package var zone: Substring? { text.firstIndex(of: "/").map { text[text.index(after: $0)...] } }
}

extension BrakeScope: Hashable {
    // Byte by byte, as the contract says of topics and zones; `String` compares by canonical equivalence.

    package static func == (one: BrakeScope, other: BrakeScope) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension BrakeScope: CustomStringConvertible {
    package var description: String { text }
}

/// The end of a brake.
package struct BrakeRelease: Hashable, Sendable {
    package var scope: BrakeScope
    /// Only the one that engaged then, and not another that engaged since; nil: whichever holds.
    package var engagedAt: Timestamp?
    package var by: String
    package var at: Timestamp

    package init(_ scope: BrakeScope, engagedAt: Timestamp?, by: String, at: Timestamp) {
        self.scope = scope
        self.engagedAt = engagedAt
        self.by = by
        self.at = at
    }

    /// Whether it is about this brake.
    package func isMeant(_ brake: BrakeRecord) -> Bool {
        brake.scope == scope && brake.releasedAt == nil && (engagedAt ?? brake.engagedAt) == brake.engagedAt
    }

    /// The brake as it is afterwards.
    package func applied(to brake: BrakeRecord) -> BrakeRecord {
        var released = brake
        released.releasedAt = at
        released.releasedBy = by
        return released
    }
}

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
