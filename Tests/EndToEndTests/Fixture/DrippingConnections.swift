import Foundation
import Synchronization

/// Connections that send the body of a request so slowly that it never ends.
final class DrippingConnections: Sendable {
    private struct State {
        var cut = 0
        var isStopped = false
    }

    private let count: Int
    private let port: Int
    private let state = Mutex(State())
    private let ended = DispatchGroup()

    init(count: Int, port: Int) {
        self.count = count
        self.port = port
    }

    /// How many the daemon has cut.
    var cut: Int { state.withLock { $0.cut } }

    /// Drips for as long as the body takes.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        ended.enter()
        Thread.detachNewThread { [self] in
            drip()
            ended.leave()
        }
        defer {
            state.withLock { $0.isStopped = true }
            ended.wait()
        }
        return try await body()
    }

    private func drip() {
        let head = "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        var open = (0..<count).compactMap { _ in try? RawConnection(port: port, patience: .milliseconds(1)) }
        for connection in open { try? connection.send(head + "Content-Length: 1000\r\n\r\n{") }
        while !state.withLock({ $0.isStopped }), !open.isEmpty {
            Moment.wait(untilMonotonic: Moment.now.monotonic + 500_000_000)
            // One that was cut has its reply waiting, or an error.
            open.removeAll { connection in
                do {
                    try connection.send(" ")
                    return false
                } catch {
                    state.withLock { $0.cut += 1 }
                    return true
                }
            }
        }
    }
}
