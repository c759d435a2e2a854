import LivenessCore

/// A daemon's board as its driver sees it while it is called, and not longer: a copy that is kept makes the machine copy
/// each page it changes.
final class BoardView: Sendable {
    private let shown: Locked<Board>
    private let empty: Board

    /// One that shows nothing yet.
    init(hasher: NameHasher) {
        empty = Board(hasher: hasher)
        shown = Locked(empty)
    }

    /// One that stays as it is.
    init(_ board: Board) {
        empty = Board(hasher: board.hasher)
        shown = Locked(board)
    }

    var board: Board { shown.withLock { $0 } }

    func show(_ board: Board) { shown.withLock { $0 = board } }

    func hide() { shown.withLock { [empty] in $0 = empty } }
}
