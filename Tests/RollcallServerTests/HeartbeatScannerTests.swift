import LivenessCore
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("The heartbeat scanner")
struct HeartbeatScannerTests {
    private func scan(_ text: String) throws(DocumentError) -> HeartbeatDocument {
        try HeartbeatScanner.scan(Array(text.utf8))
    }

    /// The one entry of a document, and the batch it is in.
    private func one(_ fields: String) throws -> (HeartbeatBatch.Entry, HeartbeatBatch) {
        let batch = try scan("{\"heartbeats\":[{\(fields)}]}").batch
        return (try #require(batch.entries.first), batch)
    }

    @Test("every field is read")
    func everyField() throws {
        let (entry, batch) = try one(
            """
            "host":"compute-1.example.org","binary":"nova-compute","topic":"compute","zone":"z1","version":66,
            "worker":"w1","incarnation":"0f8fad5b-d9cb-469f-a165-70867728950e","sequence":9007199254740991,
            "report_interval":0.25,"register":true
            """
        )
        #expect(batch.text(entry.host) == "compute-1.example.org")
        #expect(batch.text(entry.binary) == "nova-compute")
        #expect(batch.text(entry.topic) == "compute")
        #expect(batch.text(entry.zone) == "z1")
        #expect(batch.text(entry.worker) == "w1")
        #expect(batch.text(entry.incarnation) == "0f8fad5b-d9cb-469f-a165-70867728950e")
        #expect(entry.version == 66)
        #expect(entry.sequence == 9_007_199_254_740_991)
        #expect(entry.interval == 250_000)
        #expect(entry.register)
        #expect(entry.flaw == nil)
    }

    @Test("what is left out or null is not stated")
    func nothingStated() throws {
        for fields in [
            #""host":"h","binary":"b""#,
            #""host":"h","binary":"b","topic":null,"zone":null,"version":null,"worker":null,"incarnation":null,"sequence":null,"report_interval":null,"register":null"#,
        ] {
            let (entry, batch) = try one(fields)
            #expect(entry.flaw == nil)
            #expect(batch.text(entry.topic) == nil && batch.text(entry.zone) == nil)
            #expect(batch.text(entry.worker) == nil && batch.text(entry.incarnation) == nil)
            #expect(entry.version == -1 && entry.interval == 0 && !entry.register)
            #expect(entry.sequence == HeartbeatBatch.Entry.noSequence)
        }
    }

    @Test("escaped text and escaped keys mean what they say")
    func escapes() throws {
        let (entry, batch) = try one(
            #""h\u006fst":"caf\u00e9 \"quoted\" \\ \ud83d\ude00","binary":"\u0062","incarnation":"a\u002eb""#
        )
        #expect(batch.text(entry.host) == "café \"quoted\" \\ 😀")
        #expect(batch.text(entry.binary) == "b")
        #expect(batch.text(entry.incarnation) == "a.b")
        #expect(entry.flaw == nil)
    }

    @Test("keys near the end of the document are found as well")
    func keysAtTheEnd() throws {
        #expect(try scan(#"{"heartbeats":[{"binary":"b","host":"h"}]}"#).batch.entries.first?.flaw == nil)
        let alone = try HeartbeatScanner.scan(Array(#"{"version":7}"#.utf8), host: "h".utf8, binary: "b".utf8)
        #expect(alone.batch.entries.first?.version == 7)
        #expect(alone.batch.entries.first.flatMap { alone.batch.text($0.host) } == "h")
    }

    @Test("a field that is known by its words is known by its name", arguments: HeartbeatField.allCases)
    func words(_ field: HeartbeatField) {
        for padding in ["", "                "] {
            let bytes = Array((field.rawValue + padding).utf8)
            let key = JSONCursor.Text(start: 0, end: field.rawValue.utf8.count, isEscaped: false, isPlain: true)
            #expect(HeartbeatField(bytes.span.bytes, key) == field)
        }
    }

    @Test(
        "a document that is not JSON is refused whole",
        arguments: [
            "", " ", "null", "[]", "\"x\"", "{", "{\"heartbeats\"", "{\"heartbeats\":", "{\"heartbeats\":[",
            "{\"heartbeats\":[{]}", "{\"heartbeats\":[{}", "{\"heartbeats\":[{}]", "{\"heartbeats\":[{},]}",
            "{\"heartbeats\":[{}]}x", "{\"heartbeats\":[{}],}", "{\"heartbeats\":{}}", "{\"heartbeats\":1}", "{}",
            "{\"heartbeats\":[],\"durable\":1}", "{\"heartbeats\":[{\"host\":\"a\tb\"}]}",
            "{\"heartbeats\":[{\"host\":\"\\x\"}]}", "{\"heartbeats\":[{\"host\":\"\\u12g4\"}]}",
            "{\"heartbeats\":[{\"host\":\"\\ud800\"}]}", "{\"heartbeats\":[{\"version\":01}]}",
            "{\"heartbeats\":[{\"version\":NaN}]}", "{\"heartbeats\":[{\"version\":-}]}",
            "{\"heartbeats\":[{\"version\":1.}]}", "{\"heartbeats\":[{\"version\":1e}]}",
            "{\"heartbeats\":[{\"version\":+1}]}", "{\"heartbeats\":[{\"version\":.5}]}",
            "{\"heartbeats\":[{\"version\":Infinity}]}", "{'heartbeats':[]}", "{\"heartbeats\":[{\"a\":tru}]}",
            "{\"heartbeats\":[{\"a\":\"b\" \"c\":1}]}", "\u{FEFF}{\"heartbeats\":[]}", "{\"heartbeats\":[{} {}]}",
        ]
    )
    func malformedDocuments(_ text: String) {
        #expect(throws: DocumentError.self) { try HeartbeatScanner.scan(Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused wherever they stand")
    func notUTF8() {
        for bad in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]] {
            let body = Array("{\"heartbeats\":[],\"x\":\"".utf8) + bad + Array("\"}".utf8)
            #expect(throws: DocumentError.self) { try HeartbeatScanner.scan(body) }
        }
    }

    @Test("nesting has a bound")
    func nesting() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: DocumentError.self) { try HeartbeatScanner.scan(Array("{\"x\":\(deep)".utf8)) }
        let fine = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(try scan("{\"x\":\(fine),\"heartbeats\":[]}").batch.count == 0)
    }

    @Test("a bad entry gets a flaw and spoils no other")
    func badEntries() throws {
        let long = String(repeating: "x", count: 256)
        let escaped = { String(repeating: "\\u0061", count: $0) }
        let cases: [(String, Rejection)] = [
            ("1", .malformed), ("null", .malformed), ("\"x\"", .malformed), ("[{}]", .malformed), ("{}", .malformed),
            ("{\"host\":\"h\"}", .malformed), ("{\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"\",\"binary\":\"b\"}", .malformed), ("{\"host\":1,\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"\(long)\",\"binary\":\"b\"}", .nameTooLong),
            ("{\"host\":\"h\",\"binary\":\"b\",\"worker\":\"\(String(repeating: "w", count: 65))\"}", .nameTooLong),
            ("{\"host\":\"\(escaped(256))\",\"binary\":\"b\"}", .nameTooLong),
            ("{\"host\":\"\(escaped(2_000))\",\"binary\":\"b\"}", .nameTooLong),
            ("{\"host\":\"a/b\",\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"a\\u0000b\",\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"a\\u007f\",\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"a\u{7f}\",\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"a\u{85}\",\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"a\u{2028}\",\"binary\":\"b\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"incarnation\":\"\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"incarnation\":\"a b\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"incarnation\":\"é-and-more-of-it\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"incarnation\":\"\(String(repeating: "i", count: 65))\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"sequence\":-1}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"sequence\":9007199254740992}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"sequence\":1.5}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"sequence\":\"1\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"sequence\":1e400}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"version\":2147483648}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"version\":true}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"report_interval\":0.049}", .invalidInterval),
            ("{\"host\":\"h\",\"binary\":\"b\",\"report_interval\":3600.1}", .invalidInterval),
            ("{\"host\":\"h\",\"binary\":\"b\",\"report_interval\":-10}", .invalidInterval),
            ("{\"host\":\"h\",\"binary\":\"b\",\"report_interval\":1e308}", .invalidInterval),
            ("{\"host\":\"h\",\"binary\":\"b\",\"report_interval\":\"10\"}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"register\":1}", .malformed),
            ("{\"host\":\"h\",\"binary\":\"b\",\"topic\":\"\"}", .malformed),
        ]
        let good = "{\"host\":\"good\",\"binary\":\"b\"}"
        let list = ([good] + cases.map(\.0) + [good]).joined(separator: ",")
        let batch = try scan("{\"heartbeats\":[\(list)]}").batch
        #expect(batch.count == cases.count + 2)
        #expect(batch.entries.first?.flaw == nil && batch.entries.last?.flaw == nil)
        for (position, (text, flaw)) in cases.enumerated() {
            #expect(batch.entries[position + 1].flaw == flaw, "\(text)")
            #expect(batch.flawMessage(at: position + 1)?.isEmpty == false, "\(text)")
        }
        #expect(batch.flawMessages.count == cases.count)
        #expect(batch.flawMessage(at: 0) == nil && batch.flawMessage(at: cases.count + 1) == nil)
        #expect(try one("\"host\":\"\(escaped(255))\",\"binary\":\"b\"").0.flaw == nil)
    }

    @Test("numbers may be written in any of JSON's ways")
    func numbers() throws {
        let (entry, _) = try one(
            #""host":"h","binary":"b","sequence":1.5e3,"version":70.0,"report_interval":2500e-3"#
        )
        #expect(entry.flaw == nil)
        #expect(entry.sequence == 1_500 && entry.version == 70 && entry.interval == 2_500_000)
        #expect(try one(#""host":"h","binary":"b","report_interval":3600"#).0.interval == 3_600_000_000)
        #expect(try one(#""host":"h","binary":"b","report_interval":0.05"#).0.interval == 50_000)
        #expect(try one(#""host":"h","binary":"b","sequence":-0"#).0.sequence == 0)
    }

    @Test("unknown keys are skipped, and of a key that comes twice the last counts")
    func keys() throws {
        let (entry, batch) = try one(
            #""host":"old","x":{"host":"no","y":[1,2,{"z":null}]},"binary":"b","host":"new","hos":1,"report_interval_":"x""#
        )
        #expect(entry.flaw == nil)
        #expect(batch.text(entry.host) == "new")
    }

    @Test("ten thousand entries are read, and one more is too many")
    func entryLimit() throws {
        let entry = #"{"host":"h","binary":"b"}"#
        let most = Array(repeating: entry, count: 10_000).joined(separator: ",")
        #expect(try scan("{\"heartbeats\":[\(most)]}").batch.count == 10_000)
        #expect(throws: DocumentError.tooManyEntries) {
            try HeartbeatScanner.scan(Array("{\"heartbeats\":[\(most),\(entry)]}".utf8))
        }
    }

    @Test("a random document says to the scanner what it says to JSONDecoder", arguments: 0..<300)
    func likeJSONDecoder(seed: Int) throws {
        var random = RandomDocument(seed: UInt64(seed))
        let text = random.document()
        let expected = try WireJSON.decode(HeartbeatsRequest.self, from: .init(text.utf8))
        let document = try scan(text)
        #expect(document.isDurable == expected.durable)
        #expect(document.batch.count == expected.heartbeats.count)
        for (entry, heartbeat) in zip(document.batch.entries, expected.heartbeats) {
            let batch = document.batch
            #expect(entry.flaw == nil, "\(text)")
            #expect(batch.text(entry.host) == heartbeat.host)
            #expect(batch.text(entry.binary) == heartbeat.binary)
            #expect(batch.text(entry.topic) == heartbeat.topic)
            #expect(batch.text(entry.zone) == heartbeat.zone)
            #expect(batch.text(entry.worker) ?? "" == heartbeat.worker ?? "")
            #expect(batch.text(entry.incarnation) == heartbeat.incarnation)
            #expect(Int64(entry.version) == heartbeat.version ?? -1)
            #expect(entry.register == heartbeat.register ?? false)
            #expect((entry.sequence == .max ? nil : entry.sequence) == heartbeat.sequence.map(UInt64.init))
            #expect(entry.interval == heartbeat.reportInterval.map { UInt32(($0 * 1_000_000).rounded()) } ?? 0)
        }
    }

    @Test("an entry says what it says alone, whatever the entries before it said", arguments: 0..<200)
    func entriesAlike(seed: Int) throws {
        var random = RandomDocument(seed: UInt64(seed) &+ 2_000)
        let texts = random.entriesAlike()
        let batch = try scan("{\"heartbeats\":[\(texts.joined(separator: ","))]}").batch
        #expect(batch.count == texts.count)
        for (position, text) in texts.enumerated() {
            let alone = try scan("{\"heartbeats\":[\(text)]}").batch
            #expect(said(alone, 0) == said(batch, position), "\(text)")
        }
    }

    private func said(_ batch: HeartbeatBatch, _ position: Int) -> [String?] {
        let entry = batch.entries[position]
        let texts = [entry.host, entry.binary, entry.topic, entry.zone, entry.worker, entry.incarnation].map(batch.text)
        let numbers = ["\(entry.sequence)", "\(entry.version)", "\(entry.interval)", "\(entry.register)"]
        return texts + numbers + [entry.flaw?.code, batch.flawMessage(at: position)]
    }

    @Test("a damaged document is refused or read, and never traps", arguments: 0..<200)
    func damage(seed: Int) {
        var random = RandomDocument(seed: UInt64(seed) &+ 1_000)
        var bytes = Array(random.document().utf8)
        for _ in 0..<random.number(below: 4) + 1 where !bytes.isEmpty {
            let position = random.number(below: bytes.count)
            switch random.number(below: 3) {
            case 0: bytes[position] = UInt8(random.number(below: 256))
            case 1: bytes.remove(at: position)
            default: bytes.removeLast(bytes.count - position)
            }
        }
        do {
            let batch = try HeartbeatScanner.scan(bytes).batch
            #expect(batch.entries.allSatisfy { $0.flaw != nil || ($0.host.count > 0 && $0.binary.count > 0) })
            #expect(batch.entries.allSatisfy { $0.host.range.upperBound <= batch.bytes.count })
        } catch {
            // A refusal is fine too.
        }
    }
}

/// Documents with heartbeats in all the ways in which JSON can be written.
private struct RandomDocument {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    mutating func number(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, bound)))
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t ", " \r\n  "][number(below: 7)]
    }

    private mutating func text(_ most: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789-._ ABCé漢😀\"\\")
        return String((0...number(below: most)).map { _ in alphabet[number(below: alphabet.count)] })
    }

    private mutating func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                if number(below: 12) == 0 {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    private mutating func unknown() -> String {
        [
            "null", "true", "-1.5e-7", "[]", "{}", "[1, \"a\", {\"host\": \"x\"}]", "{\"a\": {\"b\": [null]}}",
            "\"\\u00e9\\n\"", "123456789012345678901234567890",
        ][number(below: 9)]
    }

    mutating func document() -> String {
        let entries = (0..<number(below: 6)).map { _ in entry() }
        var fields = ["\"heartbeats\"\(space()):\(space())[" + entries.joined(separator: "\(space()),\(space())") + "]"]
        if number(below: 2) == 0 { fields.append("\"durable\":\(space())\(number(below: 2) == 0)") }
        if number(below: 3) == 0 { fields.append("\"unknown\":\(unknown())") }
        if number(below: 2) == 0 { fields.reverse() }
        return "\(space()){\(space())" + fields.joined(separator: "\(space()),\(space())") + "\(space())}\(space())"
    }

    /// Entries that differ from the one before in a field or two, as those of one call do.
    mutating func entriesAlike() -> [String] {
        let values: [(String, [String])] = [
            ("host", ["\"h\"", "\"h1\"", "\"h11\"", "\"compute-1.example.org\"", "\"\\u0068\"", "\"\"", "\"a/b\""]),
            ("binary", ["\"b\"", "\"nova-compute\"", "\"nova-compute-2\"", "null"]),
            ("topic", ["\"compute\"", "\"compute@lvm#pool\"", "\"é\"", "null"]),
            ("worker", ["\"\"", "\"w\"", "\"worker-12\""]),
            ("incarnation", ["\"0f8fad5b-d9cb-469f-a165-70867728950e\"", "\"i\"", "\"a b\"", "\"\""]),
            ("sequence", ["1", "10", "100", "1e2", "1.5", "-1", "0"]),
            ("version", ["6", "66", "-0", "\"6\""]),
            ("report_interval", ["1", "10", "1.5", "0.01"]),
            ("register", ["true", "false"]),
            ("other", ["1", "\"x\"", "{\"host\":\"x\"}"]),
        ]
        let field = { (random: inout Self, which: Int) in
            let (key, values) = values[which]
            let space = random.number(below: 8) == 0 ? random.space() : ""
            return "\(space)\"\(key)\":\(space)\(values[random.number(below: values.count)])\(space)"
        }
        var fields = values.indices.map { field(&self, $0) }
        return (0..<30).map { _ in
            for _ in 0..<number(below: 3) {
                let position = number(below: fields.count)
                switch number(below: 8) {
                case 0: fields.swapAt(position, number(below: fields.count))
                case 1 where fields.count > 1: fields.remove(at: position)
                case 2: fields.insert(field(&self, number(below: values.count)), at: position)
                default:
                    let which = values.firstIndex { fields[position].contains("\"\($0.0)\":") } ?? 0
                    fields[position] = field(&self, which)
                }
            }
            return "{\(fields.joined(separator: ","))}"
        }
    }

    private mutating func entry() -> String {
        var fields = ["\"host\":\(space())\(quoted(text(30)))", "\"binary\"\(space()):\(quoted(text(20)))"]
        if number(below: 2) == 0 { fields.append("\"topic\":\(quoted(text(10)))") }
        if number(below: 2) == 0 { fields.append("\"zone\":\(quoted(text(10)))") }
        if number(below: 2) == 0 { fields.append("\"worker\":\(number(below: 4) == 0 ? "\"\"" : quoted(text(6)))") }
        if number(below: 2) == 0 {
            fields.append("\"incarnation\":\"i-\(number(below: 1_000_000)).\(number(below: 99))_Z\"")
        }
        if number(below: 2) == 0 { fields.append("\"sequence\":\(number(below: 1 << 30))") }
        if number(below: 2) == 0 { fields.append("\"version\":\(number(below: 1 << 20))") }
        if number(below: 2) == 0 {
            fields.append("\"report_interval\":\(["0.05", "10", "12.5", "3600", "6e1", "0.123456"][number(below: 6)])")
        }
        if number(below: 2) == 0 { fields.append("\"register\":\(number(below: 2) == 0)") }
        if number(below: 2) == 0 { fields.append("\(quoted("x" + text(20))):\(space())\(unknown())") }
        for position in fields.indices { fields.swapAt(position, number(below: fields.count)) }
        return "{\(space())" + fields.joined(separator: "\(space()),\(space())") + "\(space())}"
    }
}
