import Foundation
import Glibc
import LivenessTesting
import ServerFixtures
import Synchronization

/// Services that beat, simulated in threads of their own with blocking sockets.
///
/// Threads, because a test runs beside others that keep the tasks' few threads busy: a beat that is late must be the
/// daemon's doing. A member that is silenced simply stops beating, which is all that a daemon sees of a `kill -9`.
final class Fleet: Sendable {
    /// When a heartbeat was sent, and when its answer was there: it was accepted in between.
    struct Heard: Sendable {
        var sent: Moment
        var answered: Moment
    }

    private struct Member {
        /// Beats no more from this round on.
        var silentFrom = Int.max
        var lastHeard: Heard?
    }

    private struct State {
        var members: [Member]
        var port: Int
        var isStopped = false
        /// The latest round that any lane has begun.
        var round = 0
        /// Rounds answered, by lane.
        var answered: [Int]
        /// When beats were sent, answered or not, by lane; monotonic.
        var sent: [[Int64]]
        var problems: [String] = []
    }

    let prefix: String
    let count: Int
    /// Connections, each with its share of the members and its own place in the interval.
    let lanes: Int
    let interval: Duration
    private let state: Mutex<State>
    private let ended = DispatchGroup()

    init(_ prefix: String, count: Int, lanes: Int = 4, interval: Duration = .milliseconds(250), port: Int) {
        self.prefix = prefix
        self.count = count
        self.lanes = lanes
        self.interval = interval
        let rounds = [Int](repeating: 0, count: lanes)
        let members = [Member](repeating: Member(), count: count)
        state = Mutex(State(members: members, port: port, answered: rounds, sent: rounds.map { _ in [] }))
    }

    /// Beats for as long as the body takes.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        let start = Moment.now.monotonic
        for lane in 0..<lanes {
            ended.enter()
            Thread.detachNewThread { [self] in
                beat(lane, from: start)
                ended.leave()
            }
        }
        defer {
            state.withLock { $0.isStopped = true }
            ended.wait()
        }
        return try await body()
    }

    func host(_ member: Int) -> String { "\(prefix)-\(member)" }

    /// Which member that host is.
    func member(_ host: String?) -> Int? {
        guard let host, host.hasPrefix(prefix + "-") else { return nil }
        return Int(host.dropFirst(prefix.count + 1))
    }

    /// From now on it beats at another port: the daemon was started anew.
    func redirect(to port: Int) { state.withLock { $0.port = port } }

    /// These beat no more from that round of their lane on.
    func silence(_ members: some Sequence<Int>, fromRound round: Int) {
        state.withLock { state in
            for member in members { state.members[member].silentFrom = round }
        }
    }

    /// These beat no more; returns when what was under way is answered.
    func silence(_ members: some Sequence<Int>) async throws {
        silence(members, fromRound: 0)
        try await beats(1)
    }

    /// Waits until every lane has had so many more rounds answered.
    func beats(_ rounds: Int) async throws {
        let before = state.withLock { $0.answered }
        // One round was perhaps under way before this was asked.
        try await eventually("the fleet \(prefix) beats \(rounds) times") {
            state.withLock { state in zip(state.answered, before).allSatisfy { $0 >= $1 + rounds + 1 } }
        }
    }

    /// The latest round that any lane has begun.
    var round: Int { state.withLock { $0.round } }

    func lastHeard(_ member: Int) -> Heard? { state.withLock { $0.members[member].lastHeard } }

    /// What daemons refused, or answered otherwise than with 200.
    var problems: [String] { state.withLock { $0.problems } }

    /// Whether this machine kept the member's thread from sending anything for that long before a moment.
    func wasSilent(_ member: Int, for time: Duration, before moment: Moment) -> Bool {
        let nanoseconds = Int64(time / .nanoseconds(1))
        let sent = state.withLock { $0.sent[member % lanes] }
        return !sent.contains { $0 > moment.monotonic - nanoseconds && $0 < moment.monotonic }
    }

    // MARK: In the threads

    private func beat(_ lane: Int, from start: Int64) {
        let period = Int64(interval / .nanoseconds(1))
        var random = SplitMix64(seed: UInt64(lane))
        var next = start + period * Int64(lane) / Int64(lanes)
        var connection: RawConnection?
        var round = 0
        while true {
            // A tenth to and fro, as the daemon tells agents to.
            Moment.wait(untilMonotonic: next + Int64.random(in: -period / 10...period / 10, using: &random))
            let (port, members, isStopped) = state.withLock { state in
                state.round = max(state.round, round)
                let own = stride(from: lane, to: count, by: lanes).filter { state.members[$0].silentFrom > round }
                return (state.port, own, state.isStopped)
            }
            if isStopped { return }
            if !members.isEmpty {
                do {
                    let used = try connection ?? RawConnection(port: port, patience: interval * 2)
                    connection = try exchange(lane, members, round, over: used) ? used : nil
                } catch {
                    // Stopped, gone or slow: what is under way stays in its socket, and the next beat takes a new one.
                    connection = nil
                }
            }
            round += 1
            next = max(next + period, Moment.now.monotonic)
        }
    }

    /// Whether the connection can be used again.
    private func exchange(_ lane: Int, _ members: [Int], _ round: Int, over connection: RawConnection) throws -> Bool {
        let beats = members.map { member in
            #"{"host":"\#(host(member))","binary":"worker","incarnation":"i-\#(member)","sequence":\#(round)}"#
        }
        let body = #"{"heartbeats":[\#(beats.joined(separator: ","))]}"#
        let request = Array(RawConnection.request("POST", "/v1/heartbeats?reply=brief", body: body).utf8)
        let sent = Moment.now
        state.withLock { $0.sent[lane].append(sent.monotonic) }
        try connection.send(request)
        guard let reply = try connection.reply() else { return false }
        let answered = Moment.now
        let isAccepted = reply.status == 200 && reply.text.contains(#""rejected":[]"#)
        state.withLock { state in
            if isAccepted {
                for member in members { state.members[member].lastHeard = Heard(sent: sent, answered: answered) }
                state.answered[lane] += 1
            } else {
                state.problems.append("\(reply.status): \(reply.text.prefix(200))")
            }
        }
        return true
    }
}
