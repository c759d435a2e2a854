import Testing

@testable import RollcallDaemon

@Suite("How values are written")
struct SettingTextTests {
    @Test(
        "durations are a whole number and a unit, and come out in the largest unit that fits",
        arguments: [
            ("500ms", "500ms"), ("10s", "10s"), ("2m", "2m"), ("1h", "1h"), ("30d", "30d"), ("60s", "1m"),
            ("1500ms", "1500ms"), ("0s", "0ms"), ("86400s", "1d"), ("90s", "90s"),
        ]
    )
    func durations(text: String, formatted: String) throws {
        let duration = try #require(DurationText.parse(text))
        #expect(DurationText.format(duration) == formatted)
        #expect(DurationText.parse(formatted) == duration)
    }

    @Test(
        "anything else is no duration",
        arguments: [
            "", "10", "s", "1.5s", "-1s", "+1s", " 1s", "1 s", "1S", "1us", "1h30m", "٣s", "9223372036854775807d",
        ]
    )
    func noDurations(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        "a password is shown nowhere, whatever the URL looks like",
        arguments: [
            ("mariadb://u:p@h/n", "mariadb://u:***@h/n"), ("mysql://u:p:q@r/@h/n", "mysql://u:***@h/n"),
            ("u:p@h", "u:***@h"), ("sqlite:///a/b", "sqlite:///a/b"), ("mariadb://u@h/n", "mariadb://u@h/n"),
            ("mariadb://h/n?Password=p&tls=required", "mariadb://h/n?password=***&tls=required"),
        ]
    )
    func redaction(url: String, shown: String) {
        #expect(DatabaseURL.redacted(url) == shown)
    }

    @Test("a mistyped database URL is refused without its password")
    func redactedErrors() throws {
        let errors = try Loading.errors("database: {url: 'mysql://root:s3cret@db/x'}")
        #expect(errors.count == 1 && errors[0].contains("mysql://root:***@db/x") && !errors[0].contains("s3cret"))
    }

    @Test(
        "a database URL of SQLite has three slashes and an absolute path",
        arguments: [
            "sqlite://a", "sqlite:///", "sqlite:///a/", "sqlite:/a", "/a", "sqlite:///a?x=1", "sqlite:///%00",
            "sqlite:///%zz", "sqlite:///%f",
        ]
    )
    func noDatabase(url: String) throws {
        #expect(try Loading.errors("database: {url: '\(url)'}").count == 1)
    }

    @Test("a path with odd characters survives being written as a URL")
    func roundTrip() throws {
        let url = DatabaseURL.sqlite(path: "/a b/%c?d#e/ü")
        #expect(try DatabaseURL(.scalar(url.description, isString: false)) == url)
    }

    @Test("drivers have Nova's short names as well")
    func driverNames() {
        #expect(DriverName(configured: "db") == .database && DriverName(configured: "zk") == .zookeeper)
        #expect(DriverName(configured: "mc") == .memcached && DriverName(configured: "etcd") == nil)
    }
}
