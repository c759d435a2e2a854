/// How the old rows of a service that changes its state too often are folded: of a run of changes the first is kept and
/// the last ones, as many as make a service flap, and how many stood between.
///
/// A change belongs to a run where more than `limit` of them stand within `window`.
package struct FlapFolding: Hashable, Sendable {
    package var limit: Int
    package var window: Duration
    /// Only rows before that are folded.
    package var before: Timestamp

    package init(limit: Int, window: Duration, before: Timestamp) {
        self.limit = max(limit, 1)
        self.window = window
        self.before = before
    }

    /// A change of state in the log.
    package struct Row: Hashable, Sendable {
        package var revision: Int64
        package var at: Timestamp
        package var folded: Int64

        package init(revision: Int64, at: Timestamp, folded: Int64) {
            self.revision = revision
            self.at = at
            self.folded = folded
        }
    }

    /// Rows that go, all between two that are kept, and the one behind them that stands for them.
    package struct Fold: Hashable, Sendable {
        package var removed: ClosedRange<Int64>
        package var into: Int64
        /// What that one stands for from now on.
        package var count: Int64
    }

    /// What is folded of all old changes of one service, oldest first.
    ///
    /// Two daemons that fold the same rows come to the same: a fold names what goes and what stays, not a difference.
    package func folds(of rows: [Row]) -> [Fold] {
        var folds: [Fold] = []
        var removed: ClosedRange<Int64>?
        var count: Int64 = 0
        for (number, row) in rows.enumerated() {
            let isFirst = row.folded == 0 && (number == 0 || !isRunning(rows, from: number - 1))
            if !isFirst, isRunning(rows, from: number) {
                removed = (removed?.lowerBound ?? row.revision)...row.revision
                count &+= row.folded &+ 1
            } else if let range = removed {
                folds.append(Fold(removed: range, into: row.revision, count: count &+ row.folded))
                removed = nil
                count = 0
            }
        }
        return folds
    }

    /// Whether that row and those behind it are so many within the window.
    private func isRunning(_ rows: [Row], from number: Int) -> Bool {
        let last = number + limit
        return last < rows.count && rows[last].at - rows[number].at <= window
    }
}

/// How far a folding came.
package struct FoldingProgress: Hashable, Sendable {
    /// The last row it looked at; where it began when there was nothing to look at.
    package var through: Int64
    package var removed: Int
    /// Whether rows that are old enough may stand behind it.
    package var isUnfinished: Bool

    package init(through: Int64, removed: Int, isUnfinished: Bool) {
        self.through = through
        self.removed = removed
        self.isUnfinished = isUnfinished
    }
}
