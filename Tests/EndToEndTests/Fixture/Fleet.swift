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
        /// Does not beat in these rounds.
        var silence = Int.max..<Int.max
        /// How often it was started anew.
        var restarts = 0
        var lastHeard: Heard?
    }

    /// Whom a lane goes to when there are several daemons.
    enum Manner: Sendable {
        /// To its own, and to the next when that does not answer.
        case faithful
        /// To one after the other.
        case roundRobin
    }

    private struct State {
        var members: [Member]
        var ports: [Int]
        var manner = Manner.faithful
        /// Of `ports`, by lane.
        var choice: [Int]
        var isStopped = false
        /// The latest round that any lane has begun.
        var round = 0
        /// Rounds answered, by lane.
        var answered: [Int]
        /// When beats were sent, answered or not, by lane; monotonic.
        var sent: [[Int64]]
        /// From sending a call to its answer, milliseconds.
        var latencies: [Double] = []
        var problems: [String] = []
    }

    let prefix: String
    let binary: String
    let count: Int
    /// Connections, each with its share of the members and its own place in the interval.
    let lanes: Int
    let interval: Duration
    private let state: Mutex<State>
    private let ended = DispatchGroup()

    init(
        _ prefix: String,
        binary: String = "worker",
        count: Int,
        lanes: Int = 4,
        interval: Duration = .milliseconds(250),
        port: Int
    ) {
        self.prefix = prefix
        self.binary = binary
        self.count = count
        self.lanes = lanes
        self.interval = interval
        let rounds = [Int](repeating: 0, count: lanes)
        let members = [Member](repeating: Member(), count: count)
        state = Mutex(
            State(
                members: members,
                ports: [port],
                choice: Array(0..<lanes),
                answered: rounds,
                sent: rounds.map { _ in [] }
            )
        )
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
    func redirect(to port: Int) { redirect(to: [port]) }

    /// From now on it beats at these daemons.
    func redirect(to ports: [Int], _ manner: Manner = .faithful) {
        state.withLock { state in
            state.ports = ports
            state.manner = manner
        }
    }

    /// These beat no more from that round of their lane on.
    func silence(_ members: some Sequence<Int>, fromRound round: Int) { silence(members, in: round..<Int.max) }

    /// These do not beat in those rounds of their lanes.
    func silence(_ members: some Sequence<Int>, in rounds: Range<Int>) {
        state.withLock { state in for member in members { state.members[member].silence = rounds } }
    }

    /// These beat no more; returns when what was under way is answered.
    func silence(_ members: some Sequence<Int>) async throws {
        silence(members, fromRound: 0)
        try await beats(1)
    }

    /// These go on as other processes.
    func restart(_ members: some Sequence<Int>) {
        state.withLock { state in for member in members { state.members[member].restarts += 1 } }
    }

    /// Waits until every lane has had so many more rounds answered.
    func beats(_ rounds: Int) async throws {
        let before = state.withLock { $0.answered }
        // One round was perhaps under way before this was asked.
        try await eventually("the fleet \(prefix) beats \(rounds) times") {
            state.withLock { state in zip(state.answered, before).allSatisfy { $0 >= $1 + rounds + 1 } }
        }
    }

    /// Waits until so many more rounds were begun, answered or not.
    func tries(_ rounds: Int) async throws {
        let before = round
        let limit = Duration.seconds(60) + interval * rounds * 2
        try await eventually("the fleet \(prefix) tries \(rounds) times", within: limit) { round >= before + rounds }
    }

    /// The latest round that any lane has begun.
    var round: Int { state.withLock { $0.round } }

    func lastHeard(_ member: Int) -> Heard? { state.withLock { $0.members[member].lastHeard } }

    /// How long calls took since this was asked last, from sending to the answer, in milliseconds.
    func takeLatencies() -> [Double] {
        state.withLock { state in
            defer { state.latencies = [] }
            return state.latencies
        }
    }

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
        var connections: [Int: RawConnection] = [:]
        var round = 0
        while true {
            // A tenth to and fro, as the daemon tells agents to.
            Moment.wait(untilMonotonic: next + Int64.random(in: -period / 10...period / 10, using: &random))
            let (daemons, members, isStopped) = state.withLock { state in
                state.round = max(state.round, round)
                if state.manner == .roundRobin { state.choice[lane] += 1 }
                let own = stride(from: lane, to: count, by: lanes).filter { !state.members[$0].silence.contains(round) }
                return (state.ports.count, own, state.isStopped)
            }
            if isStopped { return }
            if !members.isEmpty {
                // All are tried within one interval.
                for _ in 0..<daemons {
                    if send(lane, members, round, over: &connections) { break }
                    state.withLock { $0.choice[lane] += 1 }
                }
            }
            round += 1
            next = max(next + period, Moment.now.monotonic)
        }
    }

    /// Whether the daemon that it is the turn of took the beats.
    private func send(
        _ lane: Int,
        _ members: [Int],
        _ round: Int,
        over connections: inout [Int: RawConnection]
    ) -> Bool {
        let port = state.withLock { $0.ports[$0.choice[lane] % $0.ports.count] }
        do {
            let used = try connections[port] ?? RawConnection(port: port, patience: interval * 2)
            connections[port] = used
            let status = try exchange(lane, members, round, over: used)
            if status == nil { connections[port] = nil }
            return status == 200
        } catch {
            // Stopped, gone or slow: what is under way stays in its socket, and the next beat takes a new one.
            connections[port] = nil
            return false
        }
    }

    /// What the daemon answered; nil when the connection is over.
    private func exchange(_ lane: Int, _ members: [Int], _ round: Int, over connection: RawConnection) throws -> Int? {
        let restarts = state.withLock { state in members.map { state.members[$0].restarts } }
        let beats = zip(members, restarts).map { member, restarts in
            let incarnation = "i-\(member)" + (restarts > 0 ? "-\(restarts)" : "")
            return #"{"host":"\#(host(member))","binary":"\#(binary)","incarnation":"\#(incarnation)","#
                + #""sequence":\#(round)}"#
        }
        let body = #"{"heartbeats":[\#(beats.joined(separator: ","))]}"#
        let request = Array(RawConnection.request("POST", "/v1/heartbeats?reply=brief", body: body).utf8)
        let sent = Moment.now
        state.withLock { $0.sent[lane].append(sent.monotonic) }
        try connection.send(request)
        guard let reply = try connection.reply() else { return nil }
        let answered = Moment.now
        let isAccepted = reply.status == 200 && reply.text.contains(#""rejected":[]"#)
        state.withLock { state in
            if isAccepted {
                for member in members { state.members[member].lastHeard = Heard(sent: sent, answered: answered) }
                state.answered[lane] += 1
                state.latencies.append(Double(answered.monotonic - sent.monotonic) / 1_000_000)
            } else if state.ports.count == 1 || reply.status != 503 {
                // A daemon that has lost its back end sends its services elsewhere.
                let at = "lane \(lane), round \(round), daemon \(state.choice[lane] % state.ports.count)"
                state.problems.append("\(at), \(answered.monotonic): \(reply.status): \(reply.text.prefix(200))")
            }
        }
        return reply.status
    }
}
