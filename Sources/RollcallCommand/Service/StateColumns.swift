internal import RollcallWire

/// The columns of an answer about one service's state.
enum StateColumns {
    static let all: [Column<StateReply>] = [
        Column("state", .state) { .string($0.state.rawValue) },
        Column("reason") { .string($0.reason.rawValue) },
        Column("age", .seconds) { .real($0.age) },
    ]
}
