import ArgumentParser
import Testing

@testable import RollcallDaemon

@Suite("Flags before environment before file before defaults")
struct SettingsOrderTests {
    private let file = "liveness: {report_interval: 1s, service_down_time: 20s}\n"
    private let environment = [
        "HOME": "/h/op", "ROLLCALL_LIVENESS_REPORT_INTERVAL": "2s", "ROLLCALL_LISTEN_NAMES": "a,b",
        "ROLLCALL_ENDPOINT": "http://elsewhere", "ROLLCALL_SOMETHING": "else",
    ]
    private let flag = SettingsLoader.Flag(name: "--report-interval", key: "liveness.report_interval", value: "3s")

    @Test("the more important place wins, and is named as the origin")
    func order() throws {
        let three = try Loading.load(file, environment: environment, flags: [flag])
        #expect(three.settings.liveness.reportInterval == .seconds(3))
        #expect(three.origin(of: "liveness.report_interval") == .flag("--report-interval"))
        #expect(three.settings.liveness.serviceDownTime == .seconds(20))

        let two = try Loading.load(file, environment: environment)
        #expect(two.settings.liveness.reportInterval == .seconds(2))
        #expect(
            two.origin(of: "liveness.report_interval")
                == .environment(variable: "ROLLCALL_LIVENESS_REPORT_INTERVAL")
        )
        #expect(two.settings.listen.names == ["a", "b"])
    }

    @Test("a value that another overrides must be right as well")
    func overriddenMistakes() throws {
        let errors = try Loading.errors("liveness: {report_interval: soon}\n", flags: [flag])
        #expect(errors.count == 1 && errors[0].contains("\"soon\""))
    }

    @Test("every key has a variable, and topics of plain names have theirs")
    func variables() throws {
        let loaded = try Loading.load(
            environment: [
                "HOME": "/h/op",
                "ROLLCALL_LIVENESS_TOPICS_COMPUTE_SERVICE_DOWN_TIME": "90s",
                "ROLLCALL_LIVENESS_TOPICS_MY_TOPIC_2_REPORT_INTERVAL": "5s",
                "ROLLCALL_RECORDS_AUTO_REGISTER": "false",
                "ROLLCALL_HISTORY_MAX_PER_SERVICE": "9",
            ]
        )
        #expect(
            loaded.settings.liveness.topics == [
                "compute": .init(serviceDownTime: .seconds(90)), "my_topic_2": .init(reportInterval: .seconds(5)),
            ]
        )
        #expect(!loaded.settings.records.autoRegister && loaded.settings.history.maxPerService == 9)
    }

    @Test(
        "a variable that looks like a setting and is none is an error",
        arguments: [
            "ROLLCALL_LIVENESS_REPORT_INTERVALL", "ROLLCALL_LOG_FILE", "ROLLCALL_LIVENESS_TOPICS_A-B_REPORT_INTERVAL",
            "ROLLCALL_LIVENESS_TOPICS__REPORT_INTERVAL",
        ]
    )
    func unknownVariable(variable: String) throws {
        let errors = try Loading.errors(environment: ["HOME": "/h", variable: "1s"])
        #expect(errors.count == 1 && errors[0].hasPrefix("environment \(variable): unknown; expected one of ROLLCALL_"))
    }

    @Test("errors in flags and variables name them")
    func errors() throws {
        let flag = SettingsLoader.Flag(name: "--listen-http", key: "listen.http", value: "8790")
        #expect(
            try Loading.errors(environment: ["HOME": "/h", "ROLLCALL_FLAP_LIMIT": ""], flags: [flag]) == [
                "environment ROLLCALL_FLAP_LIMIT: flap.limit: \"\" is not valid; expected a whole number from 1 to 10000",
                "flag --listen-http: listen.http: \"8790\" is not valid; expected ADDRESS:PORT, such as "
                    + "127.0.0.1:8790, [::1]:8790 or localhost:8790",
            ]
        )
    }

    @Test("every common flag sets its key")
    func commonFlags() throws {
        let options = try SettingsOptions.parse([
            "--listen-http", "127.0.0.1:1", "--database-url", "sqlite:///d", "--report-interval", "1s",
            "--service-down-time", "4s", "--flush-interval", "20ms", "--log-level", "error", "--log-format", "json",
            "--daemon-id", "me", "--config", "/f",
        ])
        let loader = options.loader()
        #expect(loader.file == "/f")
        let loaded = try Loading.load(flags: loader.flags)
        #expect(
            loaded.listing.filter { $0.origin.hasPrefix("flag --") }.map(\.value).sorted() == [
                "127.0.0.1:1", "1s", "20ms", "4s", "error", "json", "me", "sqlite:///d",
            ]
        )
    }
}
