import LivenessCore

/// How far other daemons have flushed, as several servers show it, of which some may not answer.
///
/// What is told of a daemon moves twice only for two flushes, one begun after the other, that every server which answers
/// has shown to take. A server that begins to answer shows no flush by that.
struct SeenCounts: Sendable {
    /// What a server shows of a daemon.
    enum Sight: Hashable, Sendable {
        /// It does not answer.
        case unanswered
        /// It answers, and has no count of that daemon, or one of other servers.
        case nothing
        case count(Int64)
    }

    private struct Server: Sendable {
        var last = Sight.nothing
        var lastCount: Int64?
        /// Flushes shown since something was told.
        var moves: Int64 = 0

        mutating func see(_ sight: Sight) {
            defer {
                last = sight
                if case .count(let count) = sight { lastCount = count }
            }
            switch (last, sight) {
            case (_, .unanswered), (.unanswered, _): moves = 0
            case (.nothing, .count(let now)): moves += now == lastCount ? 0 : 1
            case (.count(let before), .count(let now)):
                moves += now > before ? min(now - before, 2) : now < before ? 1 : 0
            case (_, .nothing): break
            }
        }
    }

    private struct Daemon: Sendable {
        var servers: [Server]
        var told: Int64 = 0
    }

    private var daemons: [String: Daemon] = [:]

    /// This daemon's own count.
    mutating func wrote(_ count: Int64, of id: String) { daemons[id] = Daemon(servers: [], told: count) }

    /// The servers, in their order, show that of the daemon.
    mutating func see(_ sights: [Sight], of id: String) {
        var daemon = daemons[id] ?? Daemon(servers: [])
        if daemon.servers.count != sights.count { daemon.servers = sights.map { _ in Server() } }
        for (number, sight) in sights.enumerated() { daemon.servers[number].see(sight) }
        let answering = sights.indices.filter { sights[$0] != .unanswered }
        let isWhole = answering.allSatisfy { sights[$0] != .nothing }
        if isWhole, let moved = answering.map({ daemon.servers[$0].moves }).min(), moved > 0 {
            daemon.told += moved
            for number in answering { daemon.servers[number].moves -= moved }
        }
        daemons[id] = daemon
    }

    /// These daemons with what is told of their counts.
    func told(_ records: [DaemonRecord]) -> [DaemonRecord] {
        records.map { record in
            var told = record
            told.flushCount = daemons[record.id]?.told ?? 0
            return told
        }
    }
}
