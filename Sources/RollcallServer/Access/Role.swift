/// What the holder of a credential may do.
package enum Role: UInt8, CaseIterable, Sendable {
    /// Beats for the services that the credential names, and lets them leave or fail.
    case reporter
    /// Asks.
    case reader
    /// Does everything: asks, beats for any service, edits records, releases brakes, switches drivers.
    case `operator`

    /// As it is written; `nil` for a word that is no role.
    package init?(_ word: String) {
        guard let role = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = role
    }

    package var word: String { "\(self)" }
}

/// Some of them.
package struct Roles: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package init(_ roles: some Sequence<Role>) {
        self.init(rawValue: roles.reduce(0) { $0 | 1 << $1.rawValue })
    }

    package static let reporter = Roles([Role.reporter])
    package static let reader = Roles([Role.reader])
    package static let `operator` = Roles([Role.operator])
}
