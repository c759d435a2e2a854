/// Who of a service's workers lives, as far as a store can tell.
///
/// A store holds no stamp against a "now". When a worker is heard again it compares the stamps of the others with the
/// stamp that this one had *before*: who had been silent for a down time by then, and has not come back by the next
/// heartbeat of the one that lives, is dead. So when a clock is set, or all were away together, the first stamp that
/// moves proves nothing of the others, and each has the time of a heartbeat to show itself.
///
/// The stamps of one service must come from one clock: one daemon on one file. Nothing here is a verdict; those are
/// the machine's, on the daemon's own clock.
package enum WorkerRule {
    /// A dead worker of a living service is dropped after this long.
    package static let memory: Duration = .seconds(3_600)

    /// What the renewals of one flush mean to the workers of a service.
    package struct Finding: Hashable, Sendable {
        /// Whether a renewal was of nobody whose heartbeats count.
        package var hasUntouched: Bool
        /// The lowest version of the workers that live; nil when nobody was heard.
        package var version: Int32?
    }
}

extension [IncarnationRecord] {
    /// Where the worker of that name stands: its newest incarnation.
    ///
    /// That is the current one, or one that was dropped and whose place nobody took: it may come back.
    package func standing(of worker: String) -> Int? {
        indices.filter { self[$0].worker.utf8.elementsEqual(worker.utf8) }.max { self[$0].number < self[$1].number }
    }

    /// Whether a worker was heard whose name is not among these, and who is not its service's only one.
    func hasJoined(_ heard: IncarnationRecord) -> Bool {
        let current = filter(\.isCurrent)
        if current.contains(where: { $0.worker.utf8.elementsEqual(heard.worker.utf8) }) { return false }
        return !heard.worker.isEmpty || !current.isEmpty
    }

    /// Those that a daemon is to know when it starts.
    ///
    /// One that was dropped is not among them unless it left: a daemon that knew it as replaced would refuse it.
    package var remembered: [IncarnationRecord] {
        guard contains(where: { !$0.isCurrent && $0.leftAt == nil }) else { return self }
        var newest: [StandingName: Int64] = [:]
        for incarnation in self {
            let name = StandingName(incarnation)
            newest[name] = Swift.max(newest[name] ?? .min, incarnation.number)
        }
        return filter { $0.isCurrent || $0.leftAt != nil || newest[StandingName($0)] != $0.number }
    }

    /// Takes in a flush's renewals of one service's workers, drops those that are long dead, and finds out the version.
    ///
    /// These are all the incarnations of the service that are remembered.
    package mutating func renew(_ beats: [WorkerRenewal], downTime: Duration, at: Timestamp) -> WorkerRule.Finding {
        var heard: Set<Int> = []
        var before: Timestamp?
        var finding = WorkerRule.Finding(hasUntouched: false)
        for beat in beats {
            guard let index = standing(of: beat.worker), self[index].number == beat.number, self[index].leftAt == nil
            else {
                finding.hasUntouched = true
                continue
            }
            if heard.insert(index).inserted { before = later(before, self[index].newestStamp) }
            self[index].lastSeenUp = later(self[index].lastSeenUp, beat.lastSeenUp)
            self[index].lastSequence = higher(self[index].lastSequence, beat.sequence)
            self[index].replacedAt = nil
        }
        guard let before else { return finding }
        for index in indices where self[index].isCurrent {
            let silence = heard.contains(index) ? .zero : before - self[index].newestStamp
            if silence > Swift.max(downTime, WorkerRule.memory) {
                self[index].replacedAt = at
            } else if silence <= downTime, self[index].isWell {
                finding.version = Swift.min(finding.version ?? .max, self[index].version)
            }
        }
        return finding
    }
}

extension IncarnationRecord {
    /// Whether it neither left nor failed.
    var isWell: Bool { leftAt == nil && failedAt == nil }

    fileprivate var newestStamp: Timestamp { lastSeenUp ?? firstSeen }
}

/// A worker of a service, compared byte by byte.
private struct StandingName: Hashable {
    var serviceID: Int64
    var worker: [UInt8]

    init(_ incarnation: IncarnationRecord) {
        serviceID = incarnation.serviceID
        worker = Array(incarnation.worker.utf8)
    }
}
