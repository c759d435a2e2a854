import FoundationEssentials
import RollcallWire
import Testing

@Suite("Documents of another version, and of an enemy")
struct HostileDocumentTests {
    private func decode<Document: Decodable>(_ type: Document.Type, _ text: String) throws -> Document {
        try WireJSON.decode(type, from: Data(text.utf8))
    }

    @Test("fields of a later version are kept when a service is written again")
    func unknownFields() throws {
        let text = #"{"uuid":"u","host":"h","binary":"b","moon":{"phase":[1,2.5,null,true,"x"]},"state":"resting"}"#
        let service = try decode(WireService.self, text)
        #expect(service.state.rawValue == "resting")
        let again = try decode([String: WireValue].self, String(decoding: WireJSON.encode(service), as: UTF8.self))
        #expect(again["moon"] == .object(["phase": .array([1, .number(2.5), .null, true, "x"])]))
        #expect(again["state"] == "resting")
    }

    @Test("an index is a whole number, and a daemon that tells none is read all the same")
    func index() throws {
        func read(_ index: String) throws -> Int64? {
            try decode(WireService.self, #"{"uuid":"u","host":"h","binary":"b"\#(index)}"#).index
        }
        #expect(try read("") == nil && read(#","index":null"#) == nil)
        #expect(try read(#","index":9223372036854775807"#) == .max && read(#","index":-1"#) == -1)
        for wrong in [#","index":"1""#, #","index":1.5"#, #","index":9223372036854775808"#] {
            #expect(throws: DecodingError.self) { try read(wrong) }
        }
    }

    @Test("words of a later version are kept as they came")
    func unknownWords() throws {
        let entry = try decode(
            HeartbeatEntry.self,
            """
            {"host":"h","binary":"b","uuid":"u","state":"s","state_reason":"r","status":"t","report_interval":1,
            "next_report_in":1,"unheard_of":[]}
            """
        )
        #expect(entry.state.rawValue == "s")
        #expect(entry.stateReason.rawValue == "r")
        #expect(entry.status.rawValue == "t")
        let rejection = try decode(HeartbeatRejection.self, #"{"index":0,"code":"tired","message":""}"#)
        #expect(rejection.code == WireErrorCode(rawValue: "tired"))
    }

    @Test("an edit with an unknown key is refused by its name")
    func unknownKey() {
        let error = #expect(throws: DecodingError.self) { try decode(ServicePatch.self, #"{"statsu":"enabled"}"#) }
        guard case .dataCorrupted(let context)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["statsu"])
    }

    @Test(
        "a malformed batch is an error and no trap",
        arguments: [
            "", "{", "[]", "null", "{}", #"{"heartbeats":{}}"#, #"{"heartbeats":[1]}"#, #"{"heartbeats":[{}]}"#,
            #"{"heartbeats":[{"host":"h"}]}"#, #"{"heartbeats":[{"host":1,"binary":"b"}]}"#,
            #"{"heartbeats":[{"host":"h","binary":"b","sequence":1.5}]}"#,
            #"{"heartbeats":[{"host":"h","binary":"b","sequence":9223372036854775808}]}"#,
            #"{"heartbeats":[{"host":"h","binary":"b","report_interval":1e999}]}"#,
            #"{"heartbeats":[{"host":"h","binary":"b","report_interval":NaN}]}"#,
            #"{"heartbeats":[{"host":"h","binary":"b","version":"1"}]}"#,
            #"{"heartbeats":[{"host":"h","binary":"b"}],"durable":"yes"}"#,
            #"{"heartbeats":[{"host":"h","binary":"b"}]"#,
            String(repeating: "[", count: 100_000),
            #"{"heartbeats":"# + String(repeating: "[", count: 100_000),
        ]
    )
    func malformedBatch(text: String) {
        #expect(throws: DecodingError.self) { try decode(HeartbeatsRequest.self, text) }
    }

    @Test(
        "a malformed edit or question is an error and no trap",
        arguments: [
            #"{"status":null}"#, #"{"forced_down":null}"#, #"{"forced_down":1}"#, #"{"forced_down_until":true}"#,
            #"{"forced_down_until":"tomorrow"}"#, #"{"zone":{}}"#,
        ]
    )
    func malformedPatch(text: String) {
        #expect(throws: DecodingError.self) { try decode(ServicePatch.self, text) }
    }

    @Test("a service is named by exactly two texts", arguments: [#"["h"]"#, #"["h","b","c"]"#, #"["h",1]"#, "{}"])
    func names(text: String) {
        #expect(throws: DecodingError.self) { try decode(ServiceName.self, text) }
    }

    @Test("an unknown field nested too deeply is an error and no overflow")
    func deep() {
        let text =
            #"{"uuid":"u","host":"h","binary":"b","x":"# + String(repeating: "[", count: 5_000)
            + String(repeating: "]", count: 5_000) + "}"
        #expect(throws: DecodingError.self) { try decode(WireService.self, text) }
    }
}
