import LivenessEngine
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import LivenessCore
@testable import RollcallServer

@Suite("Read passes")
struct ReadPassTests {
    private static func heartbeat(_ host: String) -> String {
        let body = #"{"heartbeats":[{"host":"\#(host)","binary":"b"}]}"#
        return "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Stops every loop of a server until `release`.
    private final class StoppedLoops: Sendable {
        private let gate = Mutex(false)

        static func stop(_ group: MultiThreadedEventLoopGroup) async -> StoppedLoops {
            let stopped = StoppedLoops()
            for loop in group.makeIterator() {
                await withCheckedContinuation { continuation in
                    loop.execute {
                        continuation.resume()
                        while !stopped.gate.withLock({ $0 }) {}
                    }
                }
            }
            return stopped
        }

        func release() { gate.withLock { $0 = true } }
    }

    @Test("bytes that waited in the sockets of stopped loops are applied before the pass is over")
    func waitingBytes() async throws {
        try await TestServer.run { server in
            let port = server.port
            let held = try await blocking { try (0..<100).map { _ in try RawConnection(port: port) } }
            // Known names: what is applied is seen without asking the store.
            for number in 0..<100 { try await server.beat("h\(number)", "b") }
            let before = server.engine.now
            let stopped = await StoppedLoops.stop(server.group)
            for (number, connection) in held.enumerated() { connection.send(Self.heartbeat("h\(number)")) }
            async let pass = server.readPass.pass()
            stopped.release()
            _ = await pass
            let outdated = (0..<100).filter { number in
                guard let service = server.engine.board.find(host: "h\(number)", binary: "b") else { return true }
                return server.heardAt(service) < before
            }
            #expect(outdated.isEmpty, "\(outdated)")
        }
    }

    @Test("connections that waited to be accepted are read before the pass is over", arguments: 37...40)
    func waitingConnections(count: Int) async throws {
        try await TestServer.run { setup in
            setup.longestPass = .minutes(1)
        } _: { server in
            let port = server.port
            for number in 0..<count { try await server.beat("h\(number)", "b") }
            let before = server.engine.now
            let stopped = await StoppedLoops.stop(server.group)
            let held = try await blocking {
                try (0..<count).map { number in
                    let connection = try RawConnection(port: port)
                    connection.send(Self.heartbeat("h\(number)"))
                    return connection
                }
            }
            async let pass = server.readPass.pass()
            stopped.release()
            _ = await pass
            for number in 0..<held.count {
                let service = try #require(server.engine.board.find(host: "h\(number)", binary: "b"))
                #expect(server.heardAt(service) >= before, "h\(number)")
            }
        }
    }

    @Test("a large body that waited whole is applied before the pass is over")
    func largeBody() async throws {
        try await TestServer.run { server in
            let port = server.port
            for number in 0..<3 { try await server.beat("h\(number)", "b") }
            let connection = try await blocking { try RawConnection(port: port) }
            let before = server.engine.now
            let stopped = await StoppedLoops.stop(server.group)
            let entries = (0..<3).map { #"{"host":"h\#($0)","binary":"b"}"# }.joined(separator: ",")
            let body = "{\"x\":\"\(String(repeating: "x", count: 200_000))\",\"heartbeats\":[\(entries)]}"
            connection.send(
                "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            async let pass = server.readPass.pass()
            stopped.release()
            _ = await pass
            for number in 0..<3 {
                let service = try #require(server.engine.board.find(host: "h\(number)", binary: "b"))
                #expect(server.heardAt(service) >= before)
            }
        }
    }

    @Test("an idle server passes, many times and at once")
    func idle() async throws {
        try await TestServer.run { server in
            await withDiscardingTaskGroup { group in
                for _ in 0..<200 { group.addTask { await server.readPass.pass() } }
            }
            for _ in 0..<20 {
                let connection = try await blocking { [port = server.port] in try RawConnection(port: port) }
                connection.finishSending()
                _ = try await blocking { connection.receiveToEnd() }
            }
            await server.readPass.pass()
            #expect(server.readPass.opening.settled == server.readPass.opening.accepted)
        }
    }

    /// Fills a server that takes one connection until it accepts none: the last connection waits in vain.
    private func fill(_ server: TestServer) async throws -> [RawConnection] {
        let answer = try await blocking { [port = server.port] in
            let first = try RawConnection(port: port)
            first.send(Self.heartbeat("h"))
            return first.receive(until: "}")
        }
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(try await server.becomes { server.metric("rollcall_http_connections") == 0 })
        var busy: [RawConnection] = []
        for _ in 0..<(1 + ConnectionLimit.above) {
            let connection = try await server.connect()
            connection.send(TestServer.endlessQuestion)
            busy.append(connection)
        }
        let count = Double(busy.count)
        #expect(
            try await server.becomes {
                server.metric("rollcall_http_connections") == count && !server.readPass.opening.isAccepting
            }
        )
        return busy
    }

    @Test("while every connection is busy a pass waits for those who could not be accepted")
    func paused() async throws {
        try await TestServer.run { setup in
            setup.mostConnections = 1
            setup.limits.youth = .minutes(1)
            setup.longestPass = .minutes(1)
        } _: { server in
            var busy = try await fill(server)
            let before = server.engine.now
            let waiting = try await server.connect()
            waiting.send(Self.heartbeat("h"))
            let isOver = Mutex(false)
            async let pass: Void = {
                await server.readPass.pass()
                isOver.withLock { $0 = true }
            }()
            // A pass needs a few.
            for _ in 0..<200 { try await server.turn() }
            let isOverTooSoon = isOver.withLock { $0 }
            #expect(!isOverTooSoon)
            busy.removeAll()
            await pass
            let service = try #require(server.engine.board.find(host: "h", binary: "b"))
            #expect(server.heardAt(service) >= before)
        }
    }

    @Test("a pass does not wait for ever")
    func pausedForLong() async throws {
        try await TestServer.run { setup in
            setup.mostConnections = 1
            setup.limits.youth = .minutes(1)
            setup.longestPass = .milliseconds(10)
        } _: { server in
            let busy = try await fill(server)
            #expect(await server.readPass.pass() == false)
            #expect(!server.readPass.opening.isAccepting && !busy.isEmpty)
        }
    }

    @Test("what is read and never applied holds a pass for a tenth of a second at most")
    func stuckRequest() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let readPass = try await EventLoopReadPass(group)
        let part = try #require(readPass.part(of: group.next()))
        let stuck = part.requestRead()
        let began = ContinuousClock.now
        await readPass.pass()
        #expect(ContinuousClock.now - began >= .milliseconds(90))
        part.requestApplied(stuck)
        let fine = part.requestRead()
        async let pass = readPass.pass()
        part.requestApplied(fine)
        _ = await pass
        await readPass.close()
        await readPass.pass()
        try await group.shutdownGracefully()
    }
}

extension TestServer {
    /// When the roster, not the board, last heard a service.
    func heardAt(_ service: UInt32) -> Instant {
        engine.shared.withLock { machine in
            machine.rows[Int(service)].heardAt
        }
    }
}
