import Foundation
import RollcallWire
import StubDaemon
import Testing
import Yams

@testable import RollcallCommand

@Suite("The five formats", .timeLimit(.minutes(1)))
struct FormatTests {
    /// Every command with output, as an operator types it.
    private static let commands: [[String]] = [
        ["service", "list"],
        ["service", "list", "--long"],
        ["service", "list", "-c", "host", "-c", "later", "-c", "disabled_reason"],
        ["service", "show", "node1", "nova-compute"],
        ["service", "explain", "node1", "nova-compute"],
        ["service", "history", "node1", "nova-compute"],
        ["service", "is-up", "node1", "nova-compute"],
        ["service", "create", "node1", "nova-compute"],
        ["service", "set", "node1", "nova-compute", "--enable"],
        ["service", "set", "--zone", "az1", "--disable", "--yes"],
        ["host", "show", "node1"],
        ["group", "list"],
        ["version", "show", "nova-compute"],
        ["daemon", "list"],
        ["brake", "status"], ["driver", "status"], ["driver", "disagreements"],
        ["brake", "release", "compute/az1"],
        ["watch", "--since", "5", "--count", "1"],
        ["heartbeat", "node1", "nova-compute"],
    ]

    private func output(_ command: [String], _ format: String, _ stub: StubDaemon) async -> String {
        let result = await CapturedConsole.run(command + ["-f", format], environment: ["ROLLCALL_ENDPOINT": stub.url])
        #expect(result.status == 0, "\(command) \(result.messages)")
        return result.output
    }

    @Test("all formats carry the same content", arguments: commands.indices)
    func sameContent(index: Int) async throws {
        let command = Self.commands[index]
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let objects = try parsedJSON(await output(command, "json", stub))
            #expect(!objects.isEmpty)

            let csv = parsedCSV(await output(command, "csv", stub))
            let keys = try #require(csv.first)
            #expect(csv.count == objects.count + 1)
            for (object, row) in zip(objects, csv.dropFirst()) {
                #expect(Set(object.keys) == Set(keys))
                for (key, field) in zip(keys, row) {
                    #expect(object[key].map { $0 == .null ? "" : $0.bare } == field, "\(command) \(key)")
                }
            }

            let value = await output(command, "value", stub)
            let expected = objects.map { object in
                keys.map { key in
                    object[key].map { $0 == .null ? "-" : TableText.printable($0.bare) } ?? "?"
                }.joined(separator: " ") + "\n"
            }
            #expect(value == expected.joined())

            try compareYAML(await output(command, "yaml", stub), objects)

            let table = await output(command, "table", stub)
            for key in keys { #expect(table.lowercased().contains(key), "\(command) \(key)") }
            for object in objects {
                for case .string(let text) in object.values where !text.isEmpty && WireTime(text) == nil {
                    #expect(table.contains(TableText.printable(text)), "\(command) \(text)")
                }
            }
        }
    }

    private func parsedJSON(_ text: String) throws -> [[String: WireValue]] {
        let data = Data(text.utf8)
        if text.hasPrefix("[") { return try WireJSON.decode([[String: WireValue]].self, from: data) }
        return [try WireJSON.decode([String: WireValue].self, from: data)]
    }

    /// RFC 4180, read by its grammar.
    private func parsedCSV(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field = ""
        var isQuoted = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                field.unicodeScalars.append(scalar)
                scalars.removeFirst()
            case "\"":
                isQuoted.toggle()
            case "," where !isQuoted:
                row.append(field)
                field = ""
            case "\r" where !isQuoted && scalars.first == "\n":
                scalars.removeFirst()
                rows.append(row + [field])
                row = []
                field = ""
            default:
                field.unicodeScalars.append(scalar)
            }
        }
        #expect(field.isEmpty && row.isEmpty, "the last line has an end")
        return rows
    }

    private func compareYAML(_ text: String, _ objects: [[String: WireValue]]) throws {
        let root = try #require(try Yams.compose(yaml: text))
        let nodes = root.sequence.map { Array($0) } ?? [root]
        #expect(nodes.count == objects.count)
        for (node, object) in zip(nodes, objects) {
            let mapping = try #require(node.mapping)
            #expect(mapping.count == object.count)
            for (key, value) in object {
                let found = try #require(mapping[Node(key)])
                switch value {
                case .null: #expect(found.null != nil)
                case .bool(let bool): #expect(found.bool == bool)
                case .integer(let integer): #expect(found.int.map(Int64.init) == integer)
                case .number(let number): #expect(found.float == number)
                case .string(let string):
                    #expect(found.string == string)
                    // No reader may take it for anything but text.
                    #expect(found.tag.description == "tag:yaml.org,2002:str", "\(key): \(string)")
                case .array(let values): #expect(found.sequence?.count == values.count)
                case .object(let fields): #expect(found.mapping?.count == fields.count)
                }
            }
        }
    }

    @Test("an empty list is empty in every format, and says its columns where it has a head")
    func empty() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let list = ["service", "list", "--host", "nobody"]
            #expect(await output(list, "json", stub) == "[]\n")
            #expect(await output(list, "yaml", stub) == "[]\n")
            #expect(await output(list, "value", stub).isEmpty)
            #expect(await output(list, "csv", stub) == "host,binary,zone,status,state,state_reason,age\r\n")
            #expect(await output(list, "table", stub) == "HOST  BINARY  ZONE  STATUS  STATE  STATE_REASON  AGE\n")
        }
    }

    @Test("a table fits the terminal and loses nothing", arguments: [80, 72, 60])
    func fits(width: Int) async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            for command in Self.commands {
                let environment = ["ROLLCALL_ENDPOINT": stub.url]
                let narrow = await CapturedConsole.run(command, environment: environment) { $0.width = width }
                for line in narrow.output.split(separator: "\n") { #expect(line.count <= width, "\(command) \(line)") }
                // With more columns than have room each row is a block, which names the keys again.
                if command.contains("--long") || width < 72 { continue }
                let wide = await CapturedConsole.run(command, environment: environment)
                let letters: (String) -> Int = { $0.count { !$0.isWhitespace } }
                #expect(letters(narrow.output) == letters(wide.output))
            }
        }
    }

    @Test("a list with more columns than the terminal has room for is a block for each row")
    func manyColumns() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let list = await CapturedConsole.run(
                ["service", "list", "--long"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            ) { $0.width = 80 }
            #expect(list.output.split(separator: "\n\n").count == 2)
            #expect(list.output.contains("state_reason        heartbeat_missed\n"))
        }
    }

    @Test("an explanation in 80 columns breaks between words, and its lines end with text")
    func explanation() async throws {
        let words = "the last heartbeat of it came by way of daemon-7.example.org some 2.5 s ago, in time"
        let answer: StubDaemon.Answer = { request in
            guard request.path.hasSuffix("/explanation") else { return try await StubFleet.answer(request) }
            return StubReply(
                #"""
                {"verdict":{"state":"down","reason":"heartbeat_missed","since":"2026-11-21T02:00:00Z"},
                "evidence":[{"kind":"last_heard","text":"\#(words)","at":"2026-11-21T02:59:57Z","age":3}],
                "changes_when":[{"text":"a newer heartbeat arrives: it is up","state":"up","in":57}]}
                """#
            )
        }
        try await StubDaemon.run(answering: answer) { stub in
            let explained = await CapturedConsole.run(
                ["service", "explain", "node1", "nova-compute"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            ) { console in
                console.width = 80
                console.isTerminal = true
            }
            let lines = explained.output.replacing(#/\u{1B}\[[0-9;]*m/#, with: "").split(separator: "\n")
            for line in lines { #expect(line.count <= 80 && line.last != " ", "\(line)") }
            let seen = Set(lines.flatMap { $0.split(separator: " ") })
            for word in words.split(separator: " ") { #expect(seen.contains(word), "\(word)") }
        }
    }

    @Test(
        "text is broken between words, and a word that is too long behind a mark",
        arguments: [
            ("one two three", 20, ["one two three"]), ("one two three", 8, ["one two", "three"]),
            ("a longword", 8, ["a", "longword"]), ("a longerword", 8, ["a", "longerwo", "rd"]),
            ("node-1.east.example.org", 12, ["node-1.east.", "example.org"]), ("", 4, [""]),
            ("heartbeat_missed", 10, ["heartbeat_", "missed"]), ("  ab cd", 4, ["  ab", "cd"]),
        ] as [(String, Int, [String])]
    )
    func wrapping(text: String, width: Int, lines: [String]) {
        #expect(Wrapping.lines(text, width: width) == lines)
    }

    @Test("a table is coloured only on a terminal, and never against NO_COLOR")
    func colours() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let list = ["service", "list"]
            func isColoured(_ variables: [String: String], isTerminal: Bool) async -> Bool {
                let environment = variables.merging(["ROLLCALL_ENDPOINT": stub.url]) { first, _ in first }
                return await CapturedConsole.run(list, environment: environment) { $0.isTerminal = isTerminal }
                    .output.contains("\u{1B}[")
            }
            #expect(await isColoured([:], isTerminal: true))
            #expect(await !isColoured([:], isTerminal: false))
            #expect(await !isColoured(["NO_COLOR": "1"], isTerminal: true))
            #expect(await isColoured(["NO_COLOR": ""], isTerminal: true))
            #expect(await !isColoured(["TERM": "dumb"], isTerminal: true))
        }
    }

    @Test("what a terminal would act on is made visible")
    func escapes() {
        #expect(TableText.printable("a\u{1B}[2Jb") == "a\\u{1B}[2Jb")
        #expect(TableText.printable("é ok") == "é ok")
        #expect(WireValue.quoted("\u{1B}\u{9B}\n\"\\") == #""\u001b\u009b\n\"\\""#)
    }

    @Test(
        "spans are said in their largest sensible unit",
        arguments: [
            (0, "0.0s"), (3.25, "3.2s"), (9.99, "9.9s"), (10, "10s"), (119, "119s"), (120, "2m"), (7_199, "119m"),
            (7_200, "2h"), (172_800, "2d"), (-30, "-30s"), (.infinity, "-"), (1e300, "9000000000000000d"),
        ] as [(Double, String)]
    )
    func spans(seconds: Double, words: String) {
        #expect(RelativeAge.span(seconds: seconds) == words)
    }

    @Test(
        "durations are a number and a unit",
        arguments: [
            ("500ms", 0.5), ("10s", 10), ("2m", 120), ("1h", 3_600), ("30d", 2_592_000), ("1.5s", 1.5), ("10", nil),
            ("s", nil), ("-1s", nil), ("1e3s", nil), ("1..5s", nil), ("", nil), ("99999999999d", nil), ("1 s", nil),
        ] as [(String, Double?)]
    )
    func durations(text: String, seconds: Double?) {
        #expect(DurationText(text)?.seconds == seconds)
    }
}
