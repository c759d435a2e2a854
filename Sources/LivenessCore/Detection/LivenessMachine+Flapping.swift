/// Services that change their state too often. Their true state is always shown; being marked only damps noise.
extension LivenessMachine {
    /// Notes a recorded change of a service's state.
    mutating func noteChange(of service: UInt32, at now: Instant) {
        var changes = recentChanges[service] ?? []
        changes.append(now)
        if changes.count > settings.flapLimit + 1 { changes.removeFirst(changes.count - settings.flapLimit - 1) }
        recentChanges[service] = changes
        mark(service, changes, at: now)
    }

    /// Lets go of changes that are longer ago than the window.
    package mutating func forgetChanges(at now: Instant) {
        for (service, changes) in recentChanges {
            if let last = changes.last, now - last > settings.flapWindow { recentChanges[service] = nil }
            mark(service, changes, at: now)
        }
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
