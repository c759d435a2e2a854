import Addresses
import LivenessCore
import Logging
import Telemetry
import Testing

@testable import RollcallDaemon

@Suite("Settings from a file")
struct SettingsFileTests {
    @Test("values of each kind are read, with the line they come from")
    func values() throws {
        let loaded = try Loading.load(
            """
            daemon: {id: east-1, host: "east 1"}
            listen:
              http: 127.0.0.2:0
              names: [rollcall.example, "other"]
            database:
              url: sqlite:///var/lib/roll%20call/r.sqlite
            liveness:
              driver: db
              report_interval: 250ms
              service_down_time: '1s'
              topics:
                compute:
                  service_down_time: 2m
            records:
              auto_register: false
            flap:
              limit: 7
            log: {level: debug, format: json}
            """
        )
        let settings = loaded.settings
        #expect(settings.daemon == .init(id: "east-1", host: "east 1"))
        #expect(settings.listen.http == ListenAddress(host: "127.0.0.2", port: 0))
        #expect(settings.listen.names == ["rollcall.example", "other"])
        #expect(settings.database.url == .sqlite(path: "/var/lib/roll call/r.sqlite"))
        #expect(settings.liveness.reportInterval == .milliseconds(250))
        #expect(settings.liveness.topics == ["compute": .init(serviceDownTime: .seconds(120))])
        #expect(settings.machine.reportInterval(topic: "compute") == .milliseconds(250))
        #expect(!settings.records.autoRegister && settings.flap.limit == 7)
        #expect(settings.log == .init(level: .debug, format: .json))
        guard case .file(let file, line: 9) = loaded.origin(of: "liveness.report_interval") else {
            Issue.record("\(loaded.origin(of: "liveness.report_interval"))")
            return
        }
        #expect(file.hasSuffix("/rollcalld.yaml"))
        #expect(loaded.origin(of: "liveness.flush_interval") == .default)
    }

    @Test("a list may be one string with commas, and may be empty")
    func lists() throws {
        #expect(try Loading.load("listen: {names: 'a, b,c '}").settings.listen.names == ["a", "b", "c"])
        #expect(try Loading.load("listen: {names: []}").settings.listen.names == [])
        #expect(try Loading.load("listen: {names: ''}").settings.listen.names == [])
        #expect(try Loading.errors("listen: {names: 'a,,b'}").count == 1)
        #expect(try Loading.errors("listen: {names: [[a]]}").count == 1)
        #expect(try Loading.errors("listen: {names: '[a]'}").count == 1)
    }

    @Test("all that is wrong is said at once, by line, with the value and what is expected")
    func allErrors() throws {
        let errors = try Loading.errors(
            """
            listen:
              htpp: 1
            livenes: {}
            liveness:
              report_interval: 10
              flush_interval: [1s]
              observe_interval:
              pause_threshold: 99999999999999999999d
              service_down_time: 200000000000000000d
              topics:
                a/b: {}
                compute: {down: 1s}
            records:
              auto_register: "true"
              enable_new_services: yes
            flap: 3
            history: {max_per_service: 1.5, max_age: -1s}
            log: {level: loud}
            """
        )
        let duration = "expected a duration from"
        #expect(
            errors == [
                "rollcalld.yaml:2: listen.htpp: unknown; expected one of http, unix, datagram, names",
                "rollcalld.yaml:3: livenes: unknown; expected one of daemon, listen, database, liveness, records, "
                    + "zookeeper, memcached, brake, flap, history, tls, auth, monitor, log",
                "rollcalld.yaml:5: liveness.report_interval: \"10\" is not valid; \(duration) 50ms to 1h",
                "rollcalld.yaml:6: liveness.flush_interval: [1s] is not valid; \(duration) 10ms to 10s",
                "rollcalld.yaml:7: liveness.observe_interval: an empty value is not valid; \(duration) 50ms to 1m",
                "rollcalld.yaml:8: liveness.pause_threshold: \"99999999999999999999d\" is not valid; "
                    + "\(duration) 10ms to 1m",
                "rollcalld.yaml:9: liveness.service_down_time: \"200000000000000000d\" is not valid; "
                    + "\(duration) 100ms to 1d",
                "rollcalld.yaml:11: liveness.topics.a/b: not a topic; expected 1 to 255 printable characters without "
                    + "a slash (at most 255 bytes)",
                "rollcalld.yaml:12: liveness.topics.compute.down: unknown; expected one of report_interval, "
                    + "service_down_time",
                "rollcalld.yaml:14: records.auto_register: \"true\" is not valid; expected true or false",
                "rollcalld.yaml:15: records.enable_new_services: \"yes\" is not valid; expected true or false",
                "rollcalld.yaml:16: flap: \"3\" is not a mapping; expected keys",
                "rollcalld.yaml:17: history.max_per_service: \"1.5\" is not valid; expected a whole number from 1 to "
                    + "1000000",
                "rollcalld.yaml:17: history.max_age: \"-1s\" is not valid; \(duration) 1m to 3650d",
                "rollcalld.yaml:18: log.level: \"loud\" is not valid; expected trace, debug, info, notice, warning, "
                    + "error or critical",
            ]
        )
    }

    @Test(
        "an id that could not name a worker, and a host that could not name a host, are refused with what is expected",
        arguments: [
            ("id", String(repeating: "n", count: 64), true), ("id", String(repeating: "n", count: 65), false),
            // Two bytes each: heartbeats count bytes.
            ("id", String(repeating: "ü", count: 32), true), ("id", String(repeating: "ü", count: 33), false),
            ("id", "a/b", false), ("id", "a\u{7f}b", false), ("id", "a\u{200b}b", false), ("id", "", false),
            ("host", String(repeating: "n", count: 255), true), ("host", String(repeating: "n", count: 256), false),
            ("host", String(repeating: "ü", count: 128), false), ("host", "a/b", false), ("host", "", false),
        ]
    )
    func identity(key: String, value: String, isValid: Bool) throws {
        // The other one is short: it could not follow from a long host.
        let other = key == "id" ? "host" : "id"
        let errors = try Loading.errors(
            "daemon: {\(other): a}",
            flags: [SettingsLoader.Flag(name: "--daemon-\(key)", key: "daemon.\(key)", value: value)]
        )
        let limit = key == "id" ? 64 : 255
        let expected = "\(limit) printable characters without a slash (at most \(limit) bytes)"
        let error = "flag --daemon-\(key): daemon.\(key): \"\(value)\" is not valid; expected 1 to \(expected)"
        #expect(errors == (isValid ? [] : [error]))
    }

    @Test(
        "what is no YAML is refused with its line",
        arguments: [
            (
                "listen:\n  http: a\n  names: b\n  http: c\n",
                "4: \"http\" is there twice in one mapping, first in line 2; expected each key once"
            ),
            (
                "log: {level: info, level: debug}\n",
                "1: \"level\" is there twice in one mapping; expected each key once"
            ),
            ("\nlog: {\n", "3: not readable as YAML: did not find expected node content"),
            ("- a\n", "1: [a] is not a mapping; expected sections:"),
            ("log: {}\n---\nlog: {}\n", "2: not readable as YAML: but found another document"),
            ("log:\n  level: \u{1}\n", "2: not readable as YAML: control characters are not allowed"),
            ("? [a]\n: b\n", "1: a key that is not plain text"),
        ]
    )
    func notYAML(yaml: String, expected: String) throws {
        let errors = try Loading.errors(yaml)
        #expect(errors.count == 1 && errors[0].hasPrefix("rollcalld.yaml:" + expected), "\(errors)")
    }

    @Test("a file that is not there is an error, not an empty one")
    func missingFile() {
        let loader = SettingsLoader(file: "/nonexistent/r.yaml", surroundings: Loading.surroundings)
        #expect(throws: SettingErrors.self) { try loader.load() }
    }

    @Test("drivers in the shadow need their servers, run once, and are what a policy is about")
    func shadows() throws {
        #expect(
            try Loading.errors("liveness: {policy: all}\n") == [
                "rollcalld.yaml:1: liveness.policy: all needs a driver in the shadow, and liveness.shadow is empty; "
                    + "expected driver"
            ]
        )
        #expect(
            try Loading.errors("liveness: {shadow: [memcached]}\n") == [
                "rollcalld.yaml:1: memcached.servers: no server is named, and a shadow is memcached; expected HOST:PORT "
                    + "of at least one"
            ]
        )
        #expect(
            try Loading.errors("liveness: {driver: db, shadow: [database]}\n") == [
                "rollcalld.yaml:1: liveness.shadow: database is there twice, or decides (liveness.driver); expected each "
                    + "driver once"
            ]
        )
        let short = "liveness: {shadow: [memcached], report_interval: 1s, service_down_time: 3s}\n"
        let errors = try Loading.errors(short + "memcached: {servers: ['127.0.0.1:1']}\n")
        #expect(errors.count == 1 && errors[0].contains("which the memcached driver needs"), "\(errors)")
    }
}
