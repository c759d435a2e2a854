import Addresses
import RollcallWire
import Testing

@testable import HeartbeatRelay

@Suite("What reporters send to a relay")
struct RelayDocumentTests {
    private func refusal<Value>(_ body: () throws -> Value) -> RelayRefusal? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? RelayRefusal
        }
    }

    private func texts(_ document: RelayDocument) throws -> [WireValue] {
        let text = "[" + String(decoding: document.bytes, as: UTF8.self) + "]"
        return try WireJSON.decode([WireValue].self, from: .init(text.utf8))
    }

    @Test("entries are passed on as they are: what is wrong with one is for the daemon to say")
    func entries() throws {
        let body = #"{"heartbeats":[{"host":"a","binary":"b","new":[1]},7,null,{"host":"c"}],"durable":true,"x":1}"#
        let document = try RelayDocument.many(Array(body.utf8))
        #expect(document.count == 4 && document.isDurable)
        #expect(
            try texts(document) == [
                .object(["host": "a", "binary": "b", "new": .array([1])]), 7, .null, .object(["host": "c"]),
            ]
        )
    }

    @Test(
        "a document that is none is refused as a whole",
        arguments: ["", "{", "[]", "7", "{}", #"{"heartbeats":{}}"#, #"{"heartbeats":[],"durable":7}"#, "\u{FFFD}"]
    )
    func malformed(text: String) {
        #expect(refusal { try RelayDocument.many(Array(text.utf8)) }?.status == 400)
    }

    @Test("documents that nest without end are refused")
    func deep() {
        let body = #"{"heartbeats":["# + String(repeating: "[", count: 100_000)
        #expect(refusal { try RelayDocument.many(Array(body.utf8)) }?.status == 400)
        let closed = body + String(repeating: "]", count: 100_001) + "}"
        #expect(refusal { try RelayDocument.many(Array(closed.utf8)) }?.status == 400)
    }

    @Test("more than 10,000 heartbeats are too many")
    func many() {
        let body = #"{"heartbeats":["# + Array(repeating: "{}", count: 10_001).joined(separator: ",") + "]}"
        #expect(refusal { try RelayDocument.many(Array(body.utf8)) } == .tooLarge)
    }

    @Test("the path names the service of a single heartbeat, whose body may be empty")
    func one() throws {
        let empty = try RelayDocument.one([], host: "h \"1\"", binary: "b")
        #expect(try texts(empty) == [.object(["host": .string("h \"1\""), "binary": "b"])])
        #expect(empty.count == 1 && !empty.isDurable)
        let body = #"{"host":"other","sequence":7,"durable":true}"#
        let full = try RelayDocument.one(Array(body.utf8), host: "h", binary: "b")
        #expect(try texts(full) == [.object(["host": "h", "binary": "b", "sequence": 7])])
        #expect(full.isDurable)
        for text in ["[]", "7", "{", #"{"durable":1}"#] {
            let refused = refusal { try RelayDocument.one(Array(text.utf8), host: "h", binary: "b") }
            #expect(refused?.status == 400, "\(text)")
        }
    }

    @Test("a rejected heartbeat has the status that its code has")
    func statuses() throws {
        let expected: [String: Int] = [
            "malformed": 400, "invalid_interval": 400, "name_too_long": 400, "not_registered": 404,
            "incarnation_required": 409, "stale_incarnation": 409, "stale_sequence": 409, "left": 409,
            "service_deleted": 410, "forbidden": 403, "database_unavailable": 503, "of_a_later_version": 400,
        ]
        for (code, status) in expected {
            let rejected = WireValue.object(["index": 0, "code": .string(code), "message": "why"])
            guard case .failure(let refusal) = RelayShare(rejected: [rejected]).entry else {
                Issue.record("\(code) is no refusal")
                continue
            }
            #expect(refusal.status == status && refusal.error.code.rawValue == code && refusal.error.message == "why")
        }
        guard case .failure(let gone) = RelayShare().entry else {
            Issue.record("nothing is an entry")
            return
        }
        #expect(gone.status == 503)
    }

    @Test(
        "where only this machine connects",
        arguments: ["127.0.0.1:8791", "[::1]:0", "localhost:1", "unix:/run/relay", "127.9.9.9:1"]
    )
    func ofThisMachine(text: String) throws {
        #expect(try #require(RelayAddress(text)).isOfThisMachine)
    }

    @Test("what other machines reach", arguments: ["0.0.0.0:8791", "[::]:8791", "10.0.0.1:1", "localhost.example:1"])
    func reachable(text: String) throws {
        #expect(try !#require(RelayAddress(text)).isOfThisMachine)
    }

    @Test(
        "what is no address",
        arguments: ["", "8791", ":8791", "h:", "h:65536", "h:-1", "[::1:1", "a b:1", "unix:", "unix:relay", "unix:/"]
    )
    func noAddress(text: String) {
        #expect(RelayAddress(text) == nil)
    }

    @Test("a token is compared whole, and never shown")
    func token() throws {
        let text = "0123456789abcdef"
        let token = try #require(RelayToken(text))
        #expect(token.isNamed(in: "Bearer \(text)") && token.isNamed(in: "bearer  \(text)"))
        let others = [
            nil, "", text, "Bearer", "Bearer \(text)x", "Bearer \(text.dropLast())", "Bearer 0123456789abcdeF",
            "Basic \(text)", "Bearer \(text) \(text)", "Bearer " + String(repeating: "x", count: 100_000),
        ]
        for other in others { #expect(!token.isNamed(in: other), "\(other ?? "none")") }
        #expect(!"\(token) \(String(reflecting: token))".contains(text))
        for wrong in ["", "short", "with a space in it", String(repeating: "x", count: 513), "0123456789abcde\u{E9}"] {
            #expect(RelayToken(wrong) == nil, "\(wrong)")
        }
    }

    @Test("names in a path and a query are decoded strictly")
    func decoded() {
        #expect(PercentDecoding.decode("a%20b%2F%c3%a9") == "a b/\u{E9}")
        for wrong in ["%", "%4", "%zz", "%ff"] { #expect(PercentDecoding.decode(wrong) == nil, "\(wrong)") }
        let query = PercentDecoding.parameters("host=h%201&x&binary=")
        #expect(query?.map(\.name) == ["host", "x", "binary"] && query?.map(\.value) == ["h 1", "", ""])
        #expect(PercentDecoding.parameters("")?.isEmpty == true)
        #expect(PercentDecoding.parameters("a=%") == nil)
    }
}
