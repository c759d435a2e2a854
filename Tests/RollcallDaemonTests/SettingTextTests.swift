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

    @Test(
        "a database URL of MariaDB names a user, a host and a database, and nothing that there is not",
        arguments: [
            "mariadb://h/n", "mariadb://u@h", "mariadb://u@h/", "mariadb://@h/n", "mariadb://u@/n", "mariadb://u@h:0/n",
            "mariadb://u@h:65536/n", "mariadb://u@h:x/n", "mariadb://u@h/n/m", "mariadb://u@h/n?tls=maybe",
            "mariadb://u@h/n?colour=red", "mariadb://u@h/n?ca=", "mariadb://u@h/n?ca=a&ca=b", "mariadb://u@h/n?key=a",
            "mariadb://u@[::1/n", "mariadb://u%zz@h/n", "mariadb://u@h/n#x", "mariadb://u@h/%60",
        ]
    )
    func noMariaDB(url: String) throws {
        let errors = try Loading.errors("database: {url: '\(url)'}")
        #expect(errors.count == 1 && errors[0].contains("mariadb://USER[:PASSWORD]@HOST[:PORT]/NAME"), "\(errors)")
    }

    @Test("a database URL of MariaDB says where the server is and how it is talked to")
    func mariaDB() throws {
        let plain = try #require(MariaDBURL("mariadb://rollcall@db.example.org/records"))
        #expect(plain.user == "rollcall" && plain.password == nil && plain.host == "db.example.org")
        #expect(plain.port == 3306 && plain.name == "records" && plain.encryption == .required)
        let local = try #require(
            MariaDBURL("mariadb://u:p%40%3A:x@[::1]:3307/n?socket=/run/s&tls=unverified&ca=/c.pem")
        )
        #expect(local.password == "p@::x" && local.host == "::1" && local.port == 3307 && local.socket == "/run/s")
        #expect(local.encryption == .unverified && local.authorities == "/c.pem")
        #expect(MariaDBURL("mariadb://u@127.0.0.1/n")?.encryption == .off)
    }

    @Test(
        "a database URL survives being written",
        arguments: [
            "mariadb://u@h/n", "mariadb://u:p%40%2F%3F%23%25@[fe80::1]:1/n?tls=off",
            "mariadb://u%3Ax@h/n%2Fm?socket=/a%26b&tls=unverified&ca=/c&certificate=/d&key=/e",
        ]
    )
    func mariaDBRoundTrip(url: String) throws {
        let read = try #require(MariaDBURL(url))
        #expect(read.description == url && MariaDBURL(read.description) == read)
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
