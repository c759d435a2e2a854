import NIOCore
import NIOHTTP1
import Synchronization

/// What came of the heartbeats of all connections.
final class BeatTally: Sendable {
    private struct Counts {
        var heartbeats = 0
        var calls = 0
        var refused = 0
        var broken = 0
        /// When those who die were heard last, at the latest.
        var lastHeard: [Int: NIODeadline] = [:]
    }

    private let counts = Mutex(Counts())
    /// From a request to its answer.
    let latencies = Latencies()
    /// From when a heartbeat was due to its request: of a client that cannot keep up.
    let delays = Latencies()

    var heartbeats: Int { counts.withLock { $0.heartbeats } }
    var calls: Int { counts.withLock { $0.calls } }
    var refused: Int { counts.withLock { $0.refused } }
    var broken: Int { counts.withLock { $0.broken } }

    func answered(_ status: HTTPResponseStatus, heartbeats: Int, took: TimeAmount, late: TimeAmount) {
        latencies.record(took)
        delays.record(late)
        counts.withLock { counts in
            counts.calls += 1
            if status == .ok { counts.heartbeats += heartbeats } else { counts.refused += heartbeats }
        }
    }

    /// Heartbeats were sent, each by itself, so much later than they were due; nobody answers them.
    func sent(_ heartbeats: Int, late: TimeAmount) {
        delays.record(late)
        counts.withLock { counts in
            counts.heartbeats += heartbeats
            counts.calls += heartbeats
        }
    }

    /// A call with those services, sent then, was answered.
    func heard(_ services: [Int], at sent: NIODeadline) {
        counts.withLock { counts in
            for service in services { counts.lastHeard[service] = max(sent, counts.lastHeard[service] ?? sent) }
        }
    }

    func lastHeard(_ service: Int) -> NIODeadline? { counts.withLock { $0.lastHeard[service] } }

    func broke() { counts.withLock { $0.broken += 1 } }
}

/// What came of other requests.
final class CallTally: Sendable {
    private let counts = Mutex((answered: 0, other: 0, broken: 0))
    let latencies = Latencies()
    private let expected: HTTPResponseStatus

    init(expecting expected: HTTPResponseStatus = .ok) { self.expected = expected }

    var answered: Int { counts.withLock { $0.answered } }
    /// Answered with another status, or not at all.
    var failed: Int { counts.withLock { $0.other + $0.broken } }

    func answered(_ status: HTTPResponseStatus, took: TimeAmount) {
        latencies.record(took)
        counts.withLock { if status == expected { $0.answered += 1 } else { $0.other += 1 } }
    }

    func broke() { counts.withLock { $0.broken += 1 } }
}
