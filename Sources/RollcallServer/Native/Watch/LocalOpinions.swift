import LivenessCore
import LivenessEngine

/// Whether who follows the log knows what is said for reasons of this daemon's own.
///
/// What it says of services because it has just started or was blind is in no log, nor is when that ends. Whoever follows
/// the log is told by a snapshot, and by another one until there is nothing of it left.
struct LocalOpinions: Sendable {
    enum Standing {
        /// Who follows the log knows of all there are.
        case told
        /// They are told with the next snapshot.
        case untold
        /// When they end is not known yet.
        case standing
    }

    private let engine: LivenessEngine
    /// When it was last seen that nothing is said that no log tells, or that was told.
    private var checked: Instant?

    init(_ engine: LivenessEngine) {
        self.engine = engine
    }

    /// All there were at that moment are told.
    mutating func wereTold(at moment: Instant) { checked = moment }

    /// How it stands at a moment, for who was told all there were when they were asked for last.
    mutating func look(at asked: Instant) async -> Standing {
        guard let seeing = engine.seeingSince else { return .standing }
        if let checked, checked >= seeing { return .told }
        let board = engine.board
        guard await OffLoop.run({ !board.hasLocalOpinions }) else { return .untold }
        checked = asked
        return .told
    }
}
