import Addresses
import ArgumentParser
import Foundation
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
        #expect(columns("listen.datagram") == ["listen.datagram", "none", "default"])
    }

    @Test("names the files that a start could not read, and no others")
    func files() throws {
        let readable = FileManager.default.temporaryDirectory.appendingPathComponent("rollcall-\(UUID().uuidString)")
            .path
        try Data("secret\n".utf8).write(to: URL(filePath: readable))
        defer { try? FileManager.default.removeItem(atPath: readable) }
        let url = "mariadb://r@db.example.org/rollcall?tls=required&ca=\(readable)-ca"
        let loaded = try Loading.load(
            """
            database: {url: "\(url)", password_file: "\(readable)"}
            zookeeper: {digest_file: "\(readable)-digest"}
            """
        )
        let unreadable = loaded.settings.unreadableFiles
        #expect(unreadable.map(\.key) == ["zookeeper.digest_file", "database.url"])
        #expect(unreadable.map(\.file) == ["\(readable)-digest", "\(readable)-ca"])
        #expect(unreadable[0].description == "zookeeper.digest_file: \(readable)-digest cannot be read: no such file")
    }

    @Test("is what the program runs when asked, and the daemon is what it runs when not")
    func commands() throws {
        #expect(try RollcalldCommand.parseAsRoot(["check-config", "--log-level", "debug"]) is CheckConfigCommand)
        #expect(try RollcalldCommand.parseAsRoot(["--config", "/x"]) is RunCommand)
        #expect(try RollcalldCommand.parseAsRoot([]) is RunCommand)
    }
}
