import LivenessCore

/// Keeps the changes of services that change too often from being told one by one.
///
/// Of such a service nothing is told until it has calmed down; then where it ended, if that is not what was told last.
struct Damping {
    private struct Held {
        /// What was told last; nil where that is not known.
        var told: LivenessState?
        var last: Transition
    }

    /// Services held back at most; the changes of more are told.
    private static let most = 10_000

    private var held: [ServiceUUID: Held] = [:]

    /// The rows that are told now.
    mutating func take(_ rows: [Transition], isFlapping: (ServiceUUID) -> Bool) -> [Transition] {
        rows.filter { row in
            guard row.kind == .state else { return true }
            if held[row.uuid] != nil {
                held[row.uuid]?.last = row
                return false
            }
            guard held.count < Self.most, isFlapping(row.uuid) else { return true }
            // Of rows that were folded before they were read nobody was told.
            held[row.uuid] = Held(told: row.folded > 0 ? nil : row.from, last: row)
            return false
        }
    }

    /// What is told of those who have calmed down, in the order of the log.
    mutating func calmed(isFlapping: (ServiceUUID) -> Bool) -> [Transition] {
        guard !held.isEmpty else { return [] }
        let calm = held.filter { !isFlapping($0.key) }
        for uuid in calm.keys { held[uuid] = nil }
        return calm.values.filter { $0.last.to != $0.told }.map(\.last).sorted { $0.revision < $1.revision }
    }
}
