package import LivenessCore

/// Where a driver finds the board of its daemon, once that has begun.
package final class BoardSource: Sendable {
    /// A function that is itself the value behind a lock is wrapped anew with each access, until calling it overflows the
    /// stack; a field keeps it as it is.
    private struct Source {
        var board: @Sendable () -> Board
    }

    private let source = Locked<Source?>(nil)

    package init() {}

    package func begin(_ board: @escaping @Sendable () -> Board) { source.withLock { $0 = Source(board: board) } }

    /// The board as it is now; nil before this daemon has begun.
    package var board: Board? { source.withLock { $0 }?.board() }
}
