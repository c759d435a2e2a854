import Foundation
import RollcallWire
import ServerFixtures
import Synchronization

/// A reader of the transition log in a thread of its own, which notes when each entry arrived.
final class TransitionWatch: Sendable {
    struct Seen: Sendable {
        var transition: WireTransition
        var arrived: Moment
    }

    private struct State {
        var seen: [Seen] = []
        var port: Int
        var isStopped = false
        var problems: [String] = []
    }

    private let state: Mutex<State>
    private let ended = DispatchGroup()

    init(port: Int) { state = Mutex(State(port: port)) }

    /// Watches for as long as the body takes.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        ended.enter()
        Thread.detachNewThread { [self] in
            watch()
            ended.leave()
        }
        defer {
            state.withLock { $0.isStopped = true }
            ended.wait()
        }
        return try await body()
    }

    /// The log goes on at another port: the daemon was started anew.
    func redirect(to port: Int) { state.withLock { $0.port = port } }

    /// Everything so far, in order.
    var seen: [Seen] { state.withLock { $0.seen } }

    /// Replies that were no transitions.
    var problems: [String] { state.withLock { $0.problems } }

    /// Changes of services to down.
    var deaths: [Seen] { seen.filter { $0.transition.kind == .state && $0.transition.to == .down } }

    /// Waits until a change is there.
    func first(_ what: String, where isIt: (WireTransition) -> Bool) async throws -> Seen {
        try await eventually(what) { seen.first { isIt($0.transition) } }
    }

    /// Whether revisions are 1, 2, 3, … without a gap and without a repetition.
    var isGapFree: Bool { seen.map(\.transition.revision).elementsEqual(1..<(Int64(seen.count) + 1)) }

    private func watch() {
        var connection: RawConnection?
        var since: Int64 = 0
        while true {
            let (port, isStopped) = state.withLock { ($0.port, $0.isStopped) }
            if isStopped { return }
            do {
                let used = try connection ?? RawConnection(port: port, patience: .seconds(2))
                connection = used
                guard let reply = try used.exchange("GET", "/v1/transitions?since=\(since)&wait=0.5") else {
                    connection = nil
                    continue
                }
                let arrived = Moment.now
                guard reply.status == 200 else {
                    state.withLock { $0.problems.append("\(reply.status): \(reply.text)") }
                    Moment.wait(untilMonotonic: arrived.monotonic + 50_000_000)
                    continue
                }
                let document = try reply.document(TransitionsReply.self)
                since = document.revision
                let new = document.transitions.map { Seen(transition: $0, arrived: arrived) }
                state.withLock { $0.seen += new }
            } catch {
                // The daemon is stopped or gone: again, but not in a circle.
                connection = nil
                Moment.wait(untilMonotonic: Moment.now.monotonic + 20_000_000)
            }
        }
    }
}
