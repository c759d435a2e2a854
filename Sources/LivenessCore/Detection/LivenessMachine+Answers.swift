/// Answers that are held up: who waits for one cannot send its next heartbeat.
extension LivenessMachine {
    /// How many answers to a service wait, and since when.
    struct Unanswered: Sendable {
        var count: Int
        var since: Instant
    }

    /// The answer to heartbeats of these services waits for the store: they are not judged meanwhile.
    package mutating func answerHeld(_ services: ArraySlice<UInt32>, at now: Instant) {
        for service in services { unanswered[service, default: Unanswered(count: 0, since: now)].count += 1 }
    }

    /// The answer goes out.
    package mutating func answerGiven(_ services: ArraySlice<UInt32>) {
        for service in services {
            guard let before = unanswered[service] else { continue }
            unanswered[service] = before.count > 1 ? Unanswered(count: before.count - 1, since: before.since) : nil
        }
    }

    /// These were heard and waited for their answer until now: from here their time counts.
    ///
    /// Of a pause that is not over yet only the beginning counts; the rest is blind time.
    package mutating func waited(until now: Instant, _ services: ArraySlice<UInt32>) {
        let end = pause?.began ?? now
        for service in services {
            let row = rows[Int(service)]
            guard row.flags.contains(.heard), row.flags.contains(.up) || row.flags.contains(.forced) else { continue }
            rows[Int(service)].lastHeard = max(row.lastHeard, end.nanoseconds)
            guard row.flags.contains(.several), var all = workers[service], let held = unanswered[service] else {
                continue
            }
            for position in all.indices where all[position].lastHeard >= held.since {
                all[position].lastHeard = max(all[position].lastHeard, end)
            }
            workers[service] = all
        }
    }

    /// Whether an answer to it waits.
    @inline(__always)
    func isUnanswered(_ service: UInt32) -> Bool { !unanswered.isEmpty && unanswered[service] != nil }

    /// Services whose answers wait.
    package var unansweredCount: Int { unanswered.count }
}
