package import LivenessCore

/// How far other daemons have flushed, where a back end of its own shows it.
///
/// What is told of a daemon moves twice for two flushes that were seen one after the other, and only once when its count
/// comes into sight again, for that flush may have begun long before. While it cannot be seen it stands still.
package struct VisibleCounts: Sendable {
    private struct Sight {
        /// What was seen last.
        var count: Int64?
        /// It was seen when it was looked for last.
        var isVisible = false
        var told: Int64 = 0

        mutating func see(_ seen: Int64?) {
            defer { isVisible = seen != nil }
            guard let seen, seen != count else { return }
            if let count, isVisible, seen > count { told += min(seen - count, 2) } else { told += 1 }
            count = seen
        }
    }

    private var sights: [String: Sight] = [:]

    package init() {}

    /// This daemon's own count.
    package mutating func wrote(_ count: Int64, of daemon: String) {
        sights[daemon] = Sight(count: count, told: count)
    }

    /// The back end shows that daemon's count; nil when it does not.
    package mutating func see(_ count: Int64?, of daemon: String) {
        sights[daemon, default: Sight()].see(count)
    }

    /// These daemons with what is told of their counts.
    package func told(_ daemons: [DaemonRecord]) -> [DaemonRecord] {
        daemons.map { daemon in
            var told = daemon
            told.flushCount = sights[daemon.id]?.told ?? 0
            return told
        }
    }
}
