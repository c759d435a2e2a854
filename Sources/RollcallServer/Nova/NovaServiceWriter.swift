import LivenessCore
import LivenessEngine

/// Writes services as Nova's API does.
struct NovaServiceWriter: ServiceRowWriter {
    private let board: Board
    private let version: Microversion
    private let now: Instant
    /// What the wall clock showed at `now`.
    private let wall: Timestamp

    init(_ board: Board, _ engine: LivenessEngine, _ version: Microversion) {
        self.board = board
        self.version = version
        now = engine.now
        wall = engine.wall(now)
    }

    mutating func write(_ service: UInt32, to writer: inout JSONWriter) {
        let card = board.cards[Int(service)]
        let extras = card.flags.contains(.extras) ? board.extras[service] : nil
        writer.raw("{\"id\":")
        if version < .byUUID { writer.integer(card.id) } else { writer.uuid(card.uuid) }
        writer.raw(",\"binary\":")
        board.withName(of: service) { _, binary in writer.text(binary) }
        writer.raw(",\"host\":")
        board.withName(of: service) { host, _ in writer.text(host) }
        writer.raw(",\"zone\":")
        writer.text(board.profiles[card.profile].zone)
        writer.raw(",\"status\":")
        writer.word(card.flags.contains(.disabled) ? "disabled" : "enabled")
        writer.raw(",\"state\":")
        // Nova has two states; what is not known is what it was.
        writer.word(board.standings[Int(service)].verdict.state(reading: .last) == .up ? "up" : "down")
        writer.raw(",\"updated_at\":")
        writer.novaTime(updatedAt(card, board.hearings[Int(service)]))
        writer.raw(",\"disabled_reason\":")
        writer.text(extras?.disabledReason)
        if version >= .forcedDown {
            writer.raw(",\"forced_down\":")
            writer.bool(extras?.forcedDown != nil)
        }
        writer.raw("}")
    }

    /// The later of last heard and last edited: Nova's column changes with both.
    private func updatedAt(_ card: Card, _ hearing: Hearing) -> Timestamp? {
        let heard = hearing.lastHeard.map { wall - (now - $0) } ?? hearing.lastSeenUp
        return max(heard ?? .never, card.updatedAt)
    }
}
