/// One reporter's heartbeats on their way through a relay.
struct RelayedCall: Hashable, Sendable {
    /// Names the reporter's call.
    var id: Int
    /// How many heartbeats it brings.
    var count: Int
    /// They themselves: JSON objects with commas between them.
    var bytes: [UInt8]
    /// It wants its answer only after a flush.
    var isDurable = false
    var arrived = Duration.zero
    /// By when it goes on to a daemon, with what has come until then.
    var due = Duration.zero
    /// It was refused together with others, and goes by itself: one may have spoiled it for all.
    var isAlone = false
}
