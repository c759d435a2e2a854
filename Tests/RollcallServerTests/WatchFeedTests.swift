import LivenessCore
import NIOCore
import RollcallWire
import Testing

@testable import LivenessEngine
@testable import RollcallServer

@Suite("What watchers are told together")
struct WatchFeedTests {
    private func revisions(_ text: String) -> [Int64] {
        text.matches(of: /(?m)^id: (\d+)$/).compactMap { Int64($0.output.1) }
    }

    private func text(_ parts: [ByteBuffer]) -> String { parts.map { String(buffer: $0) }.joined() }

    private func register(_ server: TestServer, _ numbers: Range<Int>) async throws {
        let beats = numbers.map { #"{"host":"h\#($0)","binary":"b"}"# }.joined(separator: ",")
        let reply = try await server.call("POST", "/v1/heartbeats?reply=brief", #"{"heartbeats":[\#(beats)]}"#)
        #expect(reply.status == 200)
    }

    @Test("whenever they come and however many they are, each is told every change once and in order")
    func crowd() async throws {
        try await TestServer.run { server in
            #expect(
                try await server.becomes { server.engine.board.find(host: "daemon-host", binary: "rollcalld") != nil }
            )
            let start = server.engine.board.head.revision
            var watchers: [RawConnection] = []
            for wave in 0..<4 {
                for _ in 0..<8 {
                    let watcher = try await server.connect()
                    watcher.send("GET /v1/watch?since=\(start) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    watchers.append(watcher)
                    try await server.beat("w\(wave)-\(watchers.count)", "b")
                }
                // More than one piece has room for.
                try await register(server, (wave * 600)..<((wave + 1) * 600))
            }
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 32 })
            try await server.beat("the-last", "b")
            let end = server.engine.newest.revision
            #expect(end == start + 4 * 608 + 1)
            for watcher in watchers {
                let text = try await blocking { watcher.receive(until: #""host":"the-last""#) }
                #expect(revisions(text) == Array((start + 1)...end))
            }
        }
    }

    @Test("what no log tells is told with a snapshot once the daemon sees again, and then they are together again")
    func untold() async throws {
        try await TestServer.run {
            $0.liveness.reportInterval = .seconds(2)
            $0.liveness.serviceDownTime = .seconds(5)
        } _: { server in
            var watchers: [RawConnection] = []
            for _ in 0..<4 {
                let watcher = try await server.connect()
                watcher.send("GET /v1/watch?keep_alive=0.5 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                watchers.append(watcher)
            }
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 4 })
            try await server.beat("h1", "b")
            await server.loseBackEnd()
            #expect(try await server.becomes { server.engine.board.localOpinions > 0 })
            for watcher in watchers {
                let text = try await blocking { watcher.receive(until: "event: degraded") }
                #expect(text.contains(#""complete":true,"in_doubt":false}"#), "\(text.suffix(2_000))")
            }
            server.store.setOutage(nil)
            #expect(await server.engine.flushed([]))
            try await server.beat("h1", "b")
            for watcher in watchers {
                let text = try await blocking { watcher.receive(until: #""complete":true"#) }
                let recovered = text.ranges(of: "event: recovered").first
                let snapshot = text.ranges(of: "event: snapshot").first
                // While it was lost nobody was told that this was all.
                #expect(recovered != nil && snapshot != nil, "\(text.suffix(2_000))")
                if let recovered { #expect(!text[..<recovered.lowerBound].contains(/(?m)^: [0-9]/)) }
            }
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 4 })
        }
    }

    @Test("who does not read reads by itself later, and nobody waits for it")
    func slow() async throws {
        try await TestServer.run { server in
            let slow = try await server.connect()
            // More than one packet of loopback, or reading it later would take minutes.
            slow.keepUnread(200_000)
            slow.send("GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 1 })
            let start = server.engine.newest.revision
            let quick = try await server.connect()
            quick.send("GET /v1/watch?since=\(start) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 2 })
            var count = 0
            // Until what nobody reads is more than the system and the channel keep.
            while count < 60_000, server.metric("rollcall_watch_following") == 2 {
                try await register(server, count..<(count + 1_000))
                count += 1_000
                let last = count - 1
                let text = try await blocking { quick.receive(until: #""host":"h\#(last)""#) }
                #expect(text.contains(#""host":"h\#(last)""#))
            }
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 1 })
            #expect(server.metric("rollcall_watch_streams") == 2)
            let last = count - 1
            let all = try await blocking { slow.receive(until: #""host":"h\#(last)""#) }
            let told = revisions(all).drop { $0 <= start }
            #expect(Array(told) == Array((start + 1)...(start + Int64(count))))
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 2 })
        }
    }

    @Test("a piece is for who was told all before it, and says how old it is by each one's own time")
    func pieces() {
        func follower(at revision: Int64, began: Int64) -> WatchFollower {
            WatchFollower(
                logID: "l",
                position: revision,
                knows: 3,
                isDegraded: false,
                began: Instant(nanoseconds: began * 1_000_000_000),
                keepAlive: .seconds(15),
                lastTold: Instant(nanoseconds: 100_000_000_000),
                mayAsk: { true }
            )
        }
        let readiness = LivenessEngine.Readiness(isDatabaseLost: false, isDriverLost: false)
        let rows = (11...12).map { Self.row($0) }
        let now = Instant(nanoseconds: 101_000_000_000)
        let piece = WatchPiece(rows, after: 10, through: 12, readiness, asked: now, isAll: true)
        #expect((8...13).map { follower(at: $0, began: 0).isBeside(piece) } == [true, true, false, true, false, false])
        // Who knows something else that no log tells does not join.
        func isAt(_ revision: Int64, _ untold: UInt64) -> Bool {
            let log = LivenessEngine.LogPosition(logID: "l", revision: revision)
            return follower(at: 10, began: 0).isAt(WatchLoop.Standing(log: log, untold: untold))
        }
        #expect(isAt(10, 3) && isAt(9, 3) && !isAt(11, 3) && !isAt(10, 4))
        #expect((10...13).map { follower(at: $0, began: 0).isNews(piece) } == [true, true, false, false])
        var one = follower(at: 10, began: 1)
        let told = text(one.take(piece))
        #expect(told.hasSuffix("\r\n7\r\n: 100\n\n\r\n"), "\(told)")
        #expect(told.contains("id: 11\n") && told.contains("id: 12\n"))
        #expect(one.position == 12 && one.lastTold == now)
        // What all are told is shared where it is long.
        let many = WatchPiece(
            (11...200).map { Self.row($0) },
            after: 10,
            through: 210,
            readiness,
            asked: now,
            isAll: true
        )
        var another = follower(at: 10, began: 1)
        let parts = another.take(many)
        #expect(parts.count == 2 && parts[0] == many.changes && another.position == 210)
        #expect(text(parts) == text([many.changes]) + "7\r\n: 100\n\n\r\n")
        // Whoever knows all of it already is told so when it has heard nothing for too long.
        let later = Instant(nanoseconds: 115_500_000_000)
        let none = WatchPiece([], after: 12, through: 12, readiness, asked: later, isAll: false)
        #expect(follower(at: 12, began: 0).isDue(none) && !one.isDue(none))
        #expect(text(one.take(none)) == "f\r\n: nothing new\n\n\r\n")
    }

    @Test("that the back end is lost is told to whoever does not know it")
    func lost() {
        let readiness = LivenessEngine.Readiness(isDatabaseLost: true, isDriverLost: false)
        let now = Instant(nanoseconds: 1_000_000_000)
        let piece = WatchPiece([], after: 5, through: 5, readiness, asked: now, isAll: true)
        var follower = WatchFollower(
            logID: "l",
            position: 5,
            knows: 0,
            isDegraded: false,
            began: now,
            keepAlive: .seconds(15),
            lastTold: now,
            mayAsk: { true }
        )
        #expect(follower.isDue(piece))
        let told = text(follower.take(piece))
        // What is not written may have happened all the same: nobody is told that this was all.
        #expect(told.contains("event: degraded") && !told.contains(": 0"), "\(told)")
        #expect(!follower.isDue(piece))
    }

    @Test("a row is written as the documents of the log have it")
    func written() throws {
        for row in [Self.row(1), Self.row(2, host: "h\"\\\u{7}é", folded: 3), Self.row(3, from: .up, to: nil)] {
            var writer = JSONWriter()
            writer.transition(row)
            let read = try WireJSON.decode(WireTransition.self, from: .init(writer.bytes))
            #expect(read == WireTransition(row))
        }
    }

    private static func row(
        _ revision: Int64,
        host: String = "h",
        from: LivenessState? = nil,
        to: LivenessState? = .up,
        folded: Int64 = 0
    ) -> Transition {
        var row = Transition(
            revision: revision,
            kind: .state,
            uuid: ServiceUUID(high: 1, low: UInt64(revision)),
            host: host,
            binary: "b",
            topic: "t",
            zone: "z",
            from: from,
            to: to,
            reason: "heartbeat",
            at: Timestamp(microseconds: 1_700_000_000_123_456)
        )
        row.folded = folded
        return row
    }
}
