import RollcallClient
import RollcallWire
import StubDaemon
import Testing

@Suite("Who is up, as bits", .timeLimit(.minutes(1)))
struct UpBitmapCallTests {
    private static func reply(_ bytes: [UInt8], first: String?, count: String?) -> StubReply {
        var headers = ["Content-Type": UpBitmap.mediaType]
        headers[UpBitmap.firstHeader] = first
        headers[UpBitmap.countHeader] = count
        return StubReply(bytes: bytes, headers: headers)
    }

    private static func client(_ stubs: StubDaemon...) -> RollcallClient {
        RollcallClient(endpoints: stubs.map(\.url).compactMap(Endpoint.init))
    }

    @Test("the bits are asked for by their type, and read where the headers put them")
    func bits() async throws {
        let reply = Self.reply([0x81, 0, 0xF0], first: "-8", count: "24")
        try await StubDaemon.run(replying: reply) { stub in
            let up = try await Self.client(stub).servicesUp(topic: "compute", zone: "az1", unknownAs: .down)
            #expect(up == UpBitmap(first: -8, bytes: [0x81, 0, 0xF0]))
            #expect((-20..<40).filter { up.contains(index: $0) } == [-8, -1, 12, 13, 14, 15])
            let request = try #require(stub.requests.first)
            #expect(request.line == "GET /v1/groups/compute/up?zone=az1&unknown_as=down")
            #expect(request.headers["accept"] == "application/octet-stream")
        }
    }

    @Test("nobody is up in an answer without a bit")
    func nobody() async throws {
        try await StubDaemon.run(replying: Self.reply([], first: "0", count: "0")) { stub in
            let up = try await Self.client(stub).servicesUp(topic: "compute")
            #expect(up.count == 0 && !up.contains(index: 0))
        }
    }

    @Test(
        "what is no bitmap is not taken for one",
        arguments: [(nil, nil), ("0", nil), (nil, "16"), ("x", "16"), ("0", "8"), ("0", "24"), ("0", "-16")]
            as [(String?, String?)]
    )
    func noBitmap(first: String?, count: String?) async throws {
        try await StubDaemon.run(replying: Self.reply([1, 2], first: first, count: count)) { stub in
            let error = await #expect(throws: ClientError.self) {
                try await Self.client(stub).servicesUp(topic: "compute")
            }
            #expect(error?.code == .unreadableReply)
        }
    }

    @Test("a daemon that knows no bitmaps is passed over")
    func olderDaemon() async throws {
        try await StubDaemon.run(replying: StubReply(#"{"hosts":["h1"]}"#)) { older in
            try await StubDaemon.run(replying: Self.reply([2], first: "0", count: "8")) { newer in
                let up = try await Self.client(older, newer).servicesUp(topic: "compute")
                #expect(up.contains(index: 1) && older.requests.count == 1)
            }
        }
    }

    @Test("indexes that are too far apart are the daemon's own words")
    func tooFarApart() async throws {
        try await StubDaemon.run(replying: .error(406, "not_acceptable", "too far apart")) { stub in
            let error = await #expect(throws: ClientError.self) {
                try await Self.client(stub).servicesUp(topic: "compute")
            }
            #expect(error?.code == .refused && error?.error?.code == .notAcceptable && error?.status == 406)
        }
    }
}
