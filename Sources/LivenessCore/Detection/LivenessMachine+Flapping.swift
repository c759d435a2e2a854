import DequeModule

/// Services that change their state too often.
///
/// Their true state is always shown; being marked only damps noise.
extension LivenessMachine {
    /// Notes a recorded change of a service's state.
    mutating func noteChange(of service: UInt32, at now: Instant) {
        var changes = recentChanges[service] ?? []
        changes.append(now)
        if changes.count > settings.flapLimit + 1 { changes.removeFirst(changes.count - settings.flapLimit - 1) }
        recentChanges[service] = changes
        changeLog.append((service, now))
        mark(service, changes, at: now)
    }

    /// Lets go of up to `limit` changes that are longer ago than the window.
    ///
    /// Returns whether there may be more of them.
    package mutating func forgetChanges(at now: Instant, limit: Int) -> Bool {
        for _ in 0..<limit {
            guard let oldest = changeLog.first, now - oldest.at > settings.flapWindow else { return false }
            changeLog.removeFirst()
            guard let changes = recentChanges[oldest.service] else { continue }
            let recent = changes.filter { now - $0 <= settings.flapWindow }
            recentChanges[oldest.service] = recent.isEmpty ? nil : recent
            mark(oldest.service, recent, at: now)
        }
        return true
    }

    /// A name belongs to another record now: what it changed before does not count.
    mutating func forgetChanges(of service: UInt32, at now: Instant) {
        recentChanges[service] = nil
        mark(service, [], at: now)
    }

    private mutating func mark(_ service: UInt32, _ changes: [Instant], at now: Instant) {
        let recent = changes.count { now - $0 <= settings.flapWindow }
        let isFlapping = recent > settings.flapLimit
        guard isFlapping != board.flapping.contains(service) else { return }
        if isFlapping { board.flapping.insert(service) } else { board.flapping.remove(service) }
        board.content &+= 1
        isChanged = true
    }
}
