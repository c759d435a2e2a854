import LivenessCore

/// Table `transitions`.
enum TransitionRow {
    static let columns = "revision, kind, uuid, host, `binary`, topic, zone, from_state, to_state, reason, at, folded"
    /// How many they are: what a query asks for beside them stands here.
    static let columnCount = 12

    static func transition(_ stored: StoredRow) throws -> Transition {
        let revision = try stored.integer(0)
        let word = try stored.text(1)
        guard let kind = Transition.Kind(rawValue: word) else {
            throw StoreError(.corrupt, "transitions row \(revision): \"\(word.prefix(64))\" is no kind")
        }
        var transition = Transition(
            revision: revision,
            kind: kind,
            uuid: try stored.uuid(2, row: revision),
            host: try stored.text(3),
            binary: try stored.text(4),
            topic: try stored.text(5),
            zone: try stored.text(6),
            from: try stored.optionalText(7).flatMap(LivenessState.init(word:)),
            to: try stored.optionalText(8).flatMap(LivenessState.init(word:)),
            reason: try stored.text(9),
            at: try stored.time(10) ?? Timestamp(microseconds: 0)
        )
        transition.folded = try stored.count(11)
        return transition
    }
}
