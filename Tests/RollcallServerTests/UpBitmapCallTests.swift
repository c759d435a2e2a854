import LivenessCore
import LivenessEngine
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("Who is up, as a bitmap")
struct UpBitmapCallTests {
    private static let path = "/v1/groups/compute/up"

    private func ask(
        _ server: TestServer,
        _ path: String = Self.path,
        unless tag: String? = nil
    ) async throws -> Answer {
        let condition = tag.map { [("If-None-Match", $0)] } ?? []
        return try await server.get(path, headers: [("Accept", "application/octet-stream")] + condition)
    }

    /// The bitmap as a client reads it.
    private func bitmap(_ answer: Answer) throws -> UpBitmap {
        #expect(answer.status == 200 && answer.header("Content-Type") == "application/octet-stream")
        #expect(answer.header("Vary") == "Accept" && answer.header("ETag") != nil)
        let first = try #require(answer.header(UpBitmap.firstHeader).flatMap { Int64($0) })
        let bitmap = UpBitmap(first: first, bytes: answer.bytes)
        #expect(first & 7 == 0 && bitmap.bytes.last != 0)
        #expect(answer.header(UpBitmap.countHeader) == String(bitmap.count))
        return bitmap
    }

    private func services(_ server: TestServer, _ query: String = "") async throws -> [WireService] {
        let list = try await server.get("/v1/services?\(query)")
        return try WireJSON.decode(ServicesReply.self, from: .init(list.body.utf8)).services
    }

    /// Puts a record with that id in, as a database may hold it.
    private func put(_ id: Int64, topic: String, _ server: TestServer) {
        let now = server.engine.now
        let record = ServiceRecord(
            id: id,
            uuid: ServiceUUID(high: 1, low: UInt64(bitPattern: id)),
            name: LivenessCore.ServiceName(host: "h\(id)", binary: topic),
            topic: topic,
            zone: "z",
            createdAt: server.engine.wall(now)
        )
        server.engine.shared.withLock { $0.recordChanged(record, at: now) }
        server.engine.shared.publish()
    }

    @Test("its bits are the states of the list, by index")
    func agrees() async throws {
        try await TestServer.run { server in
            for number in 1...20 {
                try await server.beat("h\(number)", "nova-compute", #"{"zone":"z\#(number % 3)"}"#)
                try await server.beat("h\(number)", "nova-conductor")
            }
            for number in [1, 7, 8, 20] {
                _ = try await server.call("DELETE", "/v1/services/h\(number)/nova-compute/heartbeat")
            }
            for body in [#"{"host":"new","binary":"nova-compute","zone":"z1"}"#, #"{"host":"new","binary":"b"}"#] {
                #expect(try await server.call("POST", "/v1/services", body).status == 201)
            }
            let questions: [(query: String, zones: Set<String>, reading: String)] = [
                ("", ["z0", "z1", "z2"], "last"), ("?zone=z1", ["z1"], "last"),
                ("?zone=z0&zone=z2", ["z0", "z2"], "last"), ("?unknown_as=up", ["z0", "z1", "z2"], "up"),
                ("?zone=z1&unknown_as=up", ["z1"], "up"), ("?unknown_as=down", ["z0", "z1", "z2"], "down"),
            ]
            for (query, zones, reading) in questions {
                let bitmap = try bitmap(try await ask(server, Self.path + query))
                for service in try await services(server, "unknown_as=\(reading)") {
                    let index = try #require(service.index)
                    let isMember = service.topic == "compute" && zones.contains(service.zone)
                    let isUp = isMember && service.state == .up
                    #expect(bitmap.contains(index: index) == isUp, "\(query) \(service.host) \(service.binary)")
                }
            }
            #expect(try await ask(server, Self.path + "?unknown_as=x").code == "malformed")
        }
    }

    @Test("who is deleted has no bit, and who comes again has another")
    func deleted() async throws {
        try await TestServer.run { server in
            for host in ["h1", "h2", "h3"] { try await server.beat(host, "nova-compute") }
            let indexes = try await services(server, "topic=compute").compactMap(\.index)
            #expect(Set(indexes).count == 3)
            let before = try bitmap(try await ask(server))
            #expect(indexes.allSatisfy { before.contains(index: $0) })
            _ = try await server.call("DELETE", "/v1/services/\(try await server.uuid("h2", "nova-compute"))")
            let after = try bitmap(try await ask(server))
            #expect(indexes.map { after.contains(index: $0) } == [true, false, true])
            _ = try await server.call("POST", "/v1/services", #"{"host":"h2","binary":"nova-compute"}"#)
            let again = try #require(try await services(server, "host=h2&binary=nova-compute").first?.index)
            #expect(!indexes.contains(again))
            let last = try bitmap(try await ask(server, Self.path + "?unknown_as=up"))
            #expect(last.contains(index: again) && !last.contains(index: indexes[1]))
        }
    }

    @Test("the index is a field like the others, and what Nova calls the id")
    func index() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h", "nova-compute")
            let index = try #require(try await services(server, "host=h").first?.index)
            let some = try await server.get("/v1/services?host=h&fields=index,host")
            #expect(some.json["services"]?[0] == .object(["host": "h", "index": .integer(index)]))
            #expect(try await server.get("/v1/services/\(uuid)").json["index"]?.integer == index)
            #expect(try await server.get("/v2.1/os-services").json["services"]?[0]?["id"]?.integer == index)
        }
    }

    @Test("the same answer has the same tag, another one or another form has another")
    func tag() async throws {
        try await TestServer.run { server in
            for host in ["h1", "h2"] { try await server.beat(host, "nova-compute") }
            let tag = try #require(try await ask(server).header("ETag"))
            let same = try await ask(server, unless: tag)
            #expect(same.status == 304 && same.bytes.isEmpty && same.header("ETag") == tag)
            #expect(same.header("Vary") == "Accept")
            try await server.beat("h1", "nova-compute", #"{"durable":true}"#)
            #expect(try await ask(server, unless: tag).status == 304)
            for accept in ["text/plain", "application/json"] {
                let other = try await server.get(Self.path, headers: [("Accept", accept), ("If-None-Match", tag)])
                #expect(other.status == 200 && other.header("ETag") != tag)
            }
            _ = try await server.call("DELETE", "/v1/services/h1/nova-compute/heartbeat")
            #expect(try await ask(server, unless: tag).status == 200)
        }
    }

    @Test("the same bits of other indexes have another tag")
    func shifted() async throws {
        try await TestServer.run { server in
            put(1_001, topic: "one", server)
            put(2_001, topic: "two", server)
            let one = try await ask(server, "/v1/groups/one/up?unknown_as=up")
            let two = try await ask(server, "/v1/groups/two/up?unknown_as=up")
            #expect(one.bytes == [2] && two.bytes == [2] && one.header("ETag") != two.header("ETag"))
        }
    }

    @Test("where nobody is up there is no bit")
    func empty() async throws {
        try await TestServer.run { server in
            let none = try bitmap(try await ask(server, "/v1/groups/nothing/up"))
            #expect(none == UpBitmap(first: 0, bytes: []))
            try await server.beat("h", "nova-compute")
            #expect(try bitmap(try await ask(server, Self.path + "?zone=other")) == none)
            _ = try await server.call("DELETE", "/v1/services/h/nova-compute/heartbeat")
            #expect(try bitmap(try await ask(server)).bytes == [])
        }
    }

    @Test("hosts are the answer unless the bitmap is asked for and nothing else that there is")
    func forms() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "nova-compute")
            for (accept, type) in [
                ("application/octet-stream", "application/octet-stream"),
                ("Application/Octet-Stream, image/png", "application/octet-stream"),
                ("application/octet-stream, text/plain", "text/plain; charset=utf-8"),
                ("text/plain, application/json", "application/json"),
                ("application/octet-stream, application/json", "application/json"),
                ("*/*", "application/json"), ("image/png", "application/json"),
            ] {
                let answer = try await server.get(Self.path, headers: [("Accept", accept)])
                #expect(answer.status == 200 && answer.header("Content-Type") == type, "\(accept)")
                #expect((answer.header(UpBitmap.firstHeader) != nil) == (type == UpBitmap.mediaType), "\(accept)")
            }
        }
    }

    @Test("any index has its bit", arguments: [.min, -9, -1, 0, 1, 9_007_199_254_740_993, .max] as [Int64])
    func extremes(id: Int64) async throws {
        try await TestServer.run { server in
            put(id, topic: "odd", server)
            let path = "/v1/groups/odd/up?unknown_as=up"
            let bitmap = try bitmap(try await ask(server, path))
            let bit: UInt8 = 1 << UInt8(id & 7)
            #expect(bitmap.contains(index: id) && bitmap.bytes == [bit])
            #expect(try await services(server, "topic=odd").first?.index == id)
        }
    }

    @Test("indexes that are too far apart are refused, and hosts are told of all the same")
    func sparse() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "odd", #"{"zone":"other"}"#)
            put(.min, topic: "odd", server)
            put(.max, topic: "odd", server)
            for path in ["/v1/groups/odd/up", "/v1/groups/odd/up?unknown_as=up", "/v1/groups/odd/up?zone=z"] {
                let answer = try await ask(server, path)
                #expect(answer.status == 406 && answer.code == "not_acceptable" && answer.header("Vary") == "Accept")
                let detail = answer.json["error"]?["detail"]
                #expect(detail?["lowest"]?.integer == Int64.min && detail?["highest"]?.integer == Int64.max)
                #expect(detail?["services"]?.integer == (path.contains("zone") ? 2 : 3))
                #expect(answer.json["error"]?["message"]?.text?.contains("text/plain") == true)
            }
            let text = try await server.get("/v1/groups/odd/up?unknown_as=up", headers: [("Accept", "text/plain")])
            #expect(text.body == "h\nh-9223372036854775808\nh9223372036854775807\n")
            // Each part may well be told of.
            #expect(try bitmap(try await ask(server, "/v1/groups/odd/up?zone=other")).bytes.count == 1)
        }
    }
}
