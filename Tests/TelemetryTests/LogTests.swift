import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import Telemetry

@Suite("Log lines")
struct LogTests {
    private final class Lines: Sendable {
        private let text = Mutex("")
        var all: String { text.withLock(\.self) }
        func append(_ line: String) { text.withLock { $0 += line } }
    }

    private let lines = Lines()

    private func logger(_ format: LogFormat, level: Logger.Level = .info) -> Logger {
        let output = LogOutput(format: format, level: level) { [lines] in lines.append($0) }
        return Logger(label: "rollcalld") {
            LineLogHandler(label: $0, output: output) { WallTime(seconds: 1_795_229_513, nanoseconds: 123_456_789) }
        }
    }

    @Test("text has time, level, label, message and sorted metadata")
    func text() {
        logger(.text).notice("down", metadata: ["zone": "nova", "host": "h 1", "empty": "", "quote": "a\"b"])
        #expect(
            lines.all == """
                2026-11-21T02:51:53.123Z notice rollcalld: down empty="" host="h 1" quote="a\\"b" zone=nova\n
                """
        )
    }

    @Test("a line for the journal begins with its priority and leaves the time to the journal")
    func journal() {
        let logger = logger(.journal, level: .trace)
        for level in Logger.Level.allCases { logger.log(level: level, "m") }
        let priorities = lines.all.split(separator: "\n").map { String($0.prefix(3)) }
        #expect(priorities == ["<7>", "<7>", "<6>", "<5>", "<4>", "<3>", "<2>"])
        #expect(lines.all.hasSuffix("<2>rollcalld: m\n"))
    }

    @Test("JSON is one object a line with nested metadata")
    func json() throws {
        struct Failed: Error {}
        logger(.json).error("a \"b\"", error: Failed(), metadata: ["l": ["x", "y"], "d": ["k": "v"]])

        let line = try #require(lines.all.split(separator: "\n").first)
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(object["time"] as? String == "2026-11-21T02:51:53.123Z")
        #expect(object["level"] as? String == "error")
        #expect(object["message"] as? String == "a \"b\"")
        #expect(metadata["l"] as? [String] == ["x", "y"])
        #expect(metadata["d"] as? [String: String] == ["k": "v"])
        #expect(metadata["error"] as? String == "Failed()")
    }

    @Test("nothing from outside can forge a line or reach a terminal", arguments: LogFormat.allCases)
    func injection(format: LogFormat) throws {
        let hostile = "x\r\n<0>forged\u{1b}[2J\u{9b}K\u{2028}\u{202e}\0\\end"
        logger(format).info("\(hostile)", metadata: ["\(hostile)": "\(hostile)"])

        #expect(lines.all.unicodeScalars.count { $0 == "\n" } == 1 && lines.all.hasSuffix("\n"))
        for scalar in lines.all.dropLast().unicodeScalars {
            #expect(scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value) && scalar.value < 0x2028)
        }
        if format == .json {
            let object = try JSONSerialization.jsonObject(with: Data(lines.all.utf8)) as? [String: Any]
            #expect(object?["message"] as? String == hostile)
        }
    }

    @Test("the level of all loggers can change while they exist, a logger's own level stays")
    func level() {
        let output = LogOutput(format: .text, level: .info) { [lines] in lines.append($0) }
        let common = Logger(label: "common") { LineLogHandler(label: $0, output: output) }
        var own = Logger(label: "own") { LineLogHandler(label: $0, output: output) }
        own.logLevel = .error

        common.debug("not yet")
        output.level = .debug
        common.debug("now")
        own.warning("never")

        #expect(!lines.all.contains("not yet") && lines.all.contains("now") && !lines.all.contains("never"))
    }

    @Test("the journal's format is chosen only when standard error really is the journal")
    func detection() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let descriptor = open(file.path, O_RDONLY)
        defer { close(descriptor) }
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)

        #expect(LogFormat.isJournal("\(status.st_dev):\(status.st_ino)", descriptor: descriptor))
        #expect(!LogFormat.isJournal("\(status.st_dev):\(status.st_ino + 1)", descriptor: descriptor))
        #expect(!LogFormat.isJournal("", descriptor: descriptor))
        #expect(!LogFormat.isJournal(nil, descriptor: descriptor))
        #expect(LogFormat.detected(environment: [:]) == .text)
    }

    @Test("time before 1970 and after 2038 is written as well")
    func times() {
        #expect(WallTime(seconds: -1, nanoseconds: 0).description == "1969-12-31T23:59:59.000Z")
        #expect(WallTime(seconds: 4_102_444_800, nanoseconds: 9_000_000).description == "2100-01-01T00:00:00.009Z")
    }
}
