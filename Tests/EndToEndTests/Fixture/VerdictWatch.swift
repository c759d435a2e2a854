import Foundation
import RollcallWire
import ServerFixtures
import Synchronization

/// Asks several daemons over and over who of some services is up, each in a thread of its own, and notes when each first
/// showed one as down.
final class VerdictWatch: Sendable {
    /// Between an answer and the next question.
    private static let pace = Duration.milliseconds(10)

    private struct State {
        var isStopped = false
        /// By host, for each daemon.
        var downs: [[String: Moment]]
        /// The longest time from a question to its answer, nanoseconds.
        var longest: Int64 = 0
        var problems: [String] = []
    }

    private let ports: [Int]
    private let question: String
    private let state: Mutex<State>
    private let ended = DispatchGroup()

    init(ports: [Int], hosts: [String], binary: String) throws {
        self.ports = ports
        let names = hosts.map { ServiceName(host: $0, binary: binary) }
        question = String(decoding: try JSONEncoder().encode(StatesRequest(services: names)), as: UTF8.self)
        state = Mutex(State(downs: ports.map { _ in [:] }))
    }

    /// Asks for as long as the body takes.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        for daemon in ports.indices {
            ended.enter()
            Thread.detachNewThread { [self] in
                watch(daemon)
                ended.leave()
            }
        }
        defer {
            state.withLock { $0.isStopped = true }
            ended.wait()
        }
        return try await body()
    }

    /// When each daemon first showed the service as down; nil where one has not.
    func downs(of host: String) -> [Moment]? {
        state.withLock { state in
            let moments = state.downs.compactMap { $0[host] }
            return moments.count == ports.count ? moments : nil
        }
    }

    /// The longest time that a question took, in milliseconds: so much may be missing in a difference.
    var resolution: Double { Double(state.withLock { $0.longest }) / 1_000_000 }

    /// Answers that were none.
    var problems: [String] { state.withLock { $0.problems } }

    private func watch(_ daemon: Int) {
        do {
            let connection = try RawConnection(port: ports[daemon], patience: .seconds(5))
            while !state.withLock({ $0.isStopped }) {
                let asked = Moment.now
                guard let reply = try connection.exchange("POST", "/v1/states", body: question), reply.status == 200
                else {
                    return state.withLock { $0.problems.append("daemon \(daemon) did not answer") }
                }
                let arrived = Moment.now
                let downs = try reply.document(StatesReply.self).states.filter { $0.state == .down }.map(\.host)
                state.withLock { state in
                    state.longest = max(state.longest, arrived.monotonic - asked.monotonic)
                    for host in downs where state.downs[daemon][host] == nil { state.downs[daemon][host] = arrived }
                }
                Moment.wait(untilMonotonic: arrived.monotonic + Int64(Self.pace / .nanoseconds(1)))
            }
        } catch {
            state.withLock { $0.problems.append("daemon \(daemon): \(error)") }
        }
    }
}
