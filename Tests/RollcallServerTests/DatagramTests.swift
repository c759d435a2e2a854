import HeartbeatDatagrams
import LivenessCore
import LivenessEngine
import Telemetry
import Testing

@testable import RollcallServer

@Suite("Heartbeats in datagrams")
struct DatagramTests {
    private static func reporter(_ token: String, host: String, most: Int? = nil) -> AccessList.Credential {
        AccessList.Credential(
            proof: .token(digest: AccessList.digest(of: token)),
            identity: Identity(
                name: "\(token)-holder",
                roles: .reporter,
                hosts: [NamePattern(host)].compactMap { $0 },
                binaries: [NamePattern("*")].compactMap { $0 },
                topics: [NamePattern("*")].compactMap { $0 },
                zones: [NamePattern("*")].compactMap { $0 },
                requestsPerSecond: most
            )
        )
    }

    /// A service that has beaten whole, and what its datagrams say of it.
    private struct Beater {
        let uuid: String
        var datagram: HeartbeatDatagram

        init(_ server: TestServer, _ host: String, key: DatagramKey?, headers: [(String, String)] = []) async throws {
            let options = #"{"incarnation":"i","sequence":1}"#
            let answer = try await server.call("PUT", "/v1/services/\(host)/b/heartbeat", options, headers: headers)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.header("Rollcall-Datagram-Port") == String(server.datagramPort))
            uuid = try #require(answer.json["uuid"]?.text)
            let known = try #require(ServiceUUID(uuid))
            datagram = HeartbeatDatagram(
                keyID: key?.id ?? 0,
                record: RecordID(high: known.high, low: known.low),
                number: UInt32(try #require(answer.json["incarnation_number"]?.integer)),
                sequence: 1,
                isAnswered: true
            )
        }

        /// The next heartbeat.
        mutating func next(isAnswered: Bool = true) -> HeartbeatDatagram {
            datagram.sequence += 1
            datagram.isAnswered = isAnswered
            return datagram
        }
    }

    private func acknowledged(_ bytes: [UInt8], _ key: DatagramKey?) throws -> [AcknowledgementDatagram.Entry] {
        let datagram = AcknowledgementDatagram(bytes.span.bytes, signedBy: key)
        return try #require(datagram, "\(bytes)").entries
    }

    /// Beats until nothing is news any more: of a record that was just made there is, for a moment.
    private func settle(_ beater: inout Beater, _ socket: RawDatagrams, _ key: DatagramKey? = nil) async throws {
        for _ in 0..<1_000 {
            socket.send(beater.next().bytes(signedBy: key))
            let entries = try acknowledged(try await blocking { socket.receive() }, key)
            #expect(entries.count == 1 && entries[0].acknowledges(beater.datagram))
            if entries[0].result == .counted { return }
            #expect(entries[0].result == .comeWhole)
        }
        Issue.record("there is always news")
    }

    private func counts(_ server: TestServer) -> [String: Double] {
        var counts: [String: Double] = [:]
        for line in server.metrics.exposition().split(separator: "\n") {
            guard let match = line.firstMatch(of: #/^rollcall_datagrams_total{result="(\w+)"} (\d+)/#) else { continue }
            counts[String(match.output.1)] = Double(match.output.2)
        }
        return counts
    }

    private static let key = DatagramKey(token: "one")
    private static let list = AccessList([reporter("one", host: "h1"), reporter("two", host: "h2")])
    private static let bearer = [("Authorization", "Bearer one")]

    /// Runs a server that reads them.
    private func read(
        for access: AccessControl = AccessControl(),
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run({ ($0.access, $0.readsDatagrams) = (access, true) }, body)
    }

    @Test("where nobody needs a credential they need no key, and each that asks is acknowledged")
    func open() async throws {
        try await read { server in
            var beater = try await Beater(server, "h1", key: nil)
            let service = try #require(server.engine.board.find(host: "h1", binary: "b"))
            let socket = try RawDatagrams(port: server.datagramPort)
            for _ in 0..<20 {
                let before = server.engine.now
                let beat = beater.next()
                socket.send(beat.bytes(signedBy: nil))
                let answer = try await blocking { socket.receive() }
                #expect(answer.count <= HeartbeatDatagram.size)
                let entries = try acknowledged(answer, nil)
                #expect(entries.count == 1 && entries[0].acknowledges(beat))
                #expect([.counted, .comeWhole].contains(entries[0].result))
                #expect((9_000...11_000).contains(entries[0].nextReportIn) && entries[0].deadlineIn > 50_000)
                #expect(server.heardAt(service) >= before)
            }
            try await settle(&beater, socket)
            // Once more: not newer.
            socket.send(beater.datagram.bytes(signedBy: nil))
            #expect(try acknowledged(try await blocking { socket.receive() }, nil).first?.result == .repeated)
            #expect(counts(server)["taken"] ?? 0 >= 21)
        }
    }

    @Test("many at once are all counted, and acknowledged together")
    func many() async throws {
        try await read { server in
            var beaters: [Beater] = []
            for number in 0..<30 { beaters.append(try await Beater(server, "h\(number)", key: nil)) }
            let socket = try RawDatagrams(port: server.datagramPort)
            for number in beaters.indices { socket.send(beaters[number].next().bytes(signedBy: nil)) }
            var entries: [AcknowledgementDatagram.Entry] = []
            while entries.count < beaters.count {
                entries += try acknowledged(try await blocking { socket.receive() }, nil)
            }
            for beater in beaters { #expect(entries.contains { $0.acknowledges(beater.datagram) }) }
            #expect(entries.allSatisfy { [.counted, .comeWhole].contains($0.result) })
        }
    }

    @Test("signed by a key of somebody who may, it counts; anything else is not answered, and counted")
    func signed() async throws {
        try await read(for: AccessControl(Self.list)) { server in
            var beater = try await Beater(server, "h1", key: Self.key, headers: Self.bearer)
            let service = try #require(server.engine.board.find(host: "h1", binary: "b"))
            let heard = server.heardAt(service)
            let socket = try RawDatagrams(port: server.datagramPort)
            let stranger = DatagramKey(token: "nobody")
            var strange = beater.next()
            // A tag by another key; a key that nobody has; none; another's key for a service that is not theirs.
            socket.send(strange.bytes(signedBy: stranger))
            strange.keyID = stranger.id
            socket.send(strange.bytes(signedBy: stranger))
            strange.keyID = 0
            socket.send(strange.bytes(signedBy: nil))
            let other = DatagramKey(token: "two")
            strange.keyID = other.id
            socket.send(strange.bytes(signedBy: other))
            socket.send([])
            socket.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
            socket.send([UInt8](repeating: 0x52, count: 1_400))
            let expected = ["bad_tag": 1.0, "unknown_key": 2, "refused": 1, "malformed": 3]
            #expect(
                try await server.becomes { expected.allSatisfy { counts(server)[$0.key] == $0.value } },
                "\(counts(server))"
            )
            #expect(!socket.hasAnswer && server.heardAt(service) == heard)
            try await settle(&beater, socket, Self.key)
            #expect(server.heardAt(service) > heard)
        }
    }

    @Test("a token that was taken back is a key that counts no more, and a new one counts at once")
    func revoked() async throws {
        let access = AccessControl(Self.list)
        try await read(for: access) { server in
            var beater = try await Beater(server, "h1", key: Self.key, headers: Self.bearer)
            let socket = try RawDatagrams(port: server.datagramPort)
            try await settle(&beater, socket, Self.key)
            access.adopt(AccessList([Self.reporter("three", host: "h1")]))
            socket.send(beater.next().bytes(signedBy: Self.key))
            #expect(try await server.becomes { counts(server)["unknown_key"] == 1 })
            let new = DatagramKey(token: "three")
            beater.datagram.keyID = new.id
            try await settle(&beater, socket, new)
        }
    }

    @Test("one that has expired, and one who sends more than they may, are not heard")
    func limits() async throws {
        var past = Self.reporter("past", host: "h1")
        past.expires = Timestamp(microseconds: 1)
        let slow = Self.reporter("slow", host: "h1", most: 2)
        let list = AccessList([past, slow])
        try await read(for: AccessControl(list)) { server in
            let key = DatagramKey(token: "slow")
            var beater = try await Beater(server, "h1", key: key, headers: [("Authorization", "Bearer slow")])
            let socket = try RawDatagrams(port: server.datagramPort)
            let expired = DatagramKey(token: "past")
            var dated = beater.next()
            dated.keyID = expired.id
            socket.send(dated.bytes(signedBy: expired))
            #expect(try await server.becomes { counts(server)["unknown_key"] == 1 })
            for _ in 0..<50 { socket.send(beater.next(isAnswered: false).bytes(signedBy: key)) }
            #expect(
                try await server.becomes { (counts(server)["refused"] ?? 0) + (counts(server)["taken"] ?? 0) == 50 }
            )
            #expect((counts(server)["refused"] ?? 0) > 0 && (counts(server)["taken"] ?? 0) > 0)
            #expect(!socket.hasAnswer)
        }
    }

    @Test("whose service is not known, or has news, is told to come with a whole heartbeat")
    func comeWhole() async throws {
        try await read { server in
            var beater = try await Beater(server, "h1", key: nil)
            let socket = try RawDatagrams(port: server.datagramPort)
            var unknown = beater.datagram
            unknown.record = RecordID(high: 1, low: 2)
            socket.send(unknown.bytes(signedBy: nil))
            #expect(try acknowledged(try await blocking { socket.receive() }, nil).first?.result == .comeWhole)
            try await settle(&beater, socket)
            let disabled = #"{"status":"disabled"}"#
            #expect(try await server.call("PATCH", "/v1/services/\(beater.uuid)", disabled).status == 200)
            socket.send(beater.next().bytes(signedBy: nil))
            #expect(try acknowledged(try await blocking { socket.receive() }, nil).first?.result == .comeWhole)
            try await settle(&beater, socket)
        }
    }

    @Test("while the back end is lost it counts here, and its sender is told to go elsewhere")
    func lost() async throws {
        try await read { server in
            var beater = try await Beater(server, "h1", key: nil)
            let socket = try RawDatagrams(port: server.datagramPort)
            await server.loseBackEnd()
            socket.send(beater.next().bytes(signedBy: nil))
            #expect(try acknowledged(try await blocking { socket.receive() }, nil).first?.result == .goElsewhere)
        }
    }

    @Test("what waits in the socket is read before a read pass is over")
    func readPass() async throws {
        try await read { server in
            var beater = try await Beater(server, "h1", key: nil)
            let service = try #require(server.engine.board.find(host: "h1", binary: "b"))
            let socket = try RawDatagrams(port: server.datagramPort)
            let old = beater.next(isAnswered: false).bytes(signedBy: nil)
            for _ in 0..<200 {
                let before = server.engine.now
                // More than one call of the system takes in, the last of them one that counts.
                for _ in 0..<100 { socket.send(old) }
                socket.send(beater.next(isAnswered: false).bytes(signedBy: nil))
                #expect(await server.readPass.pass())
                #expect(server.heardAt(service) >= before)
            }
        }
    }
}
