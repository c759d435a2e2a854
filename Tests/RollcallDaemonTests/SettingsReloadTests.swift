import Logging
import Testing

@testable import RollcallDaemon

@Suite("A re-read of the settings")
struct SettingsReloadTests {
    @Test("adopts what reloads and keeps what does not")
    func reload() throws {
        let old = try Loading.load(
            "daemon: {id: a}\nlog: {level: info}\nliveness: {topics: {x: {service_down_time: 70s}}}"
        )
        let new = try Loading.load(
            """
            listen: {http: 127.0.0.1:9}
            database: {url: sqlite:///other}
            log: {level: debug}
            liveness: {service_down_time: 90s, topics: {y: {report_interval: 5s}}}
            """
        )
        let reload = try SettingsReload(from: old, to: new)

        #expect(
            reload.changed == [
                "liveness.service_down_time", "log.level", "liveness.topics.x.service_down_time",
                "liveness.topics.y.report_interval",
            ]
        )
        #expect(reload.ignored == ["daemon.id", "listen.http", "database.url"])
        #expect(reload.loaded.settings.daemon == old.settings.daemon)
        #expect(reload.loaded.settings.listen == old.settings.listen)
        #expect(reload.loaded.settings.database == old.settings.database)
        #expect(reload.loaded.settings.liveness == new.settings.liveness)
        #expect(reload.loaded.settings.log.level == .debug)
    }

    @Test("changes nothing when nothing changed")
    func unchanged() throws {
        let loaded = try Loading.load()
        let reload = try SettingsReload(from: loaded, to: loaded)
        #expect(reload.changed.isEmpty && reload.ignored.isEmpty && reload.loaded.settings == loaded.settings)
    }

    @Test("the next re-read is compared with what the last one left")
    func twice() throws {
        let old = try Loading.load("daemon: {id: a}\nliveness: {report_interval: 60s}")
        let first = try SettingsReload(from: old, to: Loading.load("liveness: {report_interval: 50s}"))
        let second = try SettingsReload(from: first.loaded, to: Loading.load("liveness: {report_interval: 60s}"))

        #expect(second.loaded.settings == old.settings)
        #expect(second.ignored == ["daemon.id"])
        #expect(second.changed == ["liveness.report_interval", "liveness.service_down_time"])
        #expect(second.loaded.warnings == old.warnings && old.warnings.count == 1)
    }
}
