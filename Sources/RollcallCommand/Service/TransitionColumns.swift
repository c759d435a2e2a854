internal import RollcallWire

/// The columns of an entry of the transition log.
enum TransitionColumns {
    /// What is shown of one service's history, where its name goes without saying.
    static let history = ["revision", "at", "kind", "from", "to", "reason"]
    /// What is shown of all that happens.
    static let watch = ["revision", "at", "kind", "host", "binary", "zone", "from", "to", "reason"]

    static let all: [Column<WireTransition>] = [
        Column("revision") { .integer($0.revision) },
        Column("at", .time) { .string($0.at.description) },
        Column("kind") { .string($0.kind.rawValue) },
        Column("uuid") { .text($0.uuid) },
        Column("host") { .text($0.host) },
        Column("binary") { .text($0.binary) },
        Column("topic") { .text($0.topic) },
        Column("zone") { .text($0.zone) },
        Column("from", .state) { .text($0.from?.rawValue) },
        Column("to", .state) { .text($0.to?.rawValue) },
        Column("reason") { .text($0.reason?.rawValue) },
        Column("folded") { .whole($0.folded) },
    ]
}
