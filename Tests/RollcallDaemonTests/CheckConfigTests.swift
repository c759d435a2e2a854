import ArgumentParser
import Testing

@testable import RollcallDaemon

@Suite("rollcalld check-config")
struct CheckConfigTests {
    @Test("shows every key with value and origin in columns")
    func table() throws {
        let loaded = try Loading.load("liveness: {topics: {compute: {service_down_time: 2m}}}\nlog: {level: debug}\n")
        let lines = CheckConfigCommand.table(loaded).split(separator: "\n")

        #expect(lines.count == SettingTable.keys.count)
        func columns(_ key: String) -> [Substring] {
            lines.first { $0.hasPrefix(key + " ") }?.split(separator: #/ {2,}/#) ?? []
        }
        #expect(columns("liveness.report_interval") == ["liveness.report_interval", "10s", "default"])
        #expect(columns("liveness.topics.compute.service_down_time")[1] == "2m")
        #expect(columns("log.level")[1] == "debug" && columns("log.level")[2].hasSuffix("rollcalld.yaml:2"))
        #expect(columns("listen.datagram") == ["listen.datagram", "-", "not available in this release"])
    }

    @Test("is what the program runs when asked, and the daemon is what it runs when not")
    func commands() throws {
        #expect(try RollcalldCommand.parseAsRoot(["check-config", "--log-level", "debug"]) is CheckConfigCommand)
        #expect(try RollcalldCommand.parseAsRoot(["--config", "/x"]) is RunCommand)
        #expect(try RollcalldCommand.parseAsRoot([]) is RunCommand)
    }
}
