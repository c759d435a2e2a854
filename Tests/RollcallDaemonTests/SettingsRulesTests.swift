import Addresses
import LivenessCore
import Testing

@testable import RollcallDaemon

@Suite("What must hold between settings")
struct SettingsRulesTests {
    @Test("a down time that is not larger than the interval is raised to 2.5 times that, with a warning")
    func raised() throws {
        let loaded = try Loading.load("liveness: {report_interval: 60s}")
        #expect(loaded.settings.liveness.serviceDownTime == .seconds(150))
        #expect(
            loaded.warnings == [
                "liveness.service_down_time is not larger than the report_interval, 1m: raised to 2.5 times that, 150s"
            ]
        )
        #expect(
            loaded.listing.first { $0.key == "liveness.service_down_time" }?.origin.hasSuffix(
                "raised to 2.5 times the report_interval"
            ) == true
        )
    }

    @Test("a topic's down time is raised by its own interval")
    func raisedTopic() throws {
        let loaded = try Loading.load(
            "liveness: {topics: {slow: {report_interval: 2m}, other: {service_down_time: 30s}}}"
        )
        #expect(loaded.settings.liveness.serviceDownTime(of: "slow") == .seconds(300))
        #expect(loaded.settings.liveness.serviceDownTime(of: "other") == .seconds(30))
        #expect(loaded.settings.liveness.serviceDownTime(of: "none") == .seconds(60))
        #expect(loaded.warnings.count == 1)
    }

    @Test("the memcached driver needs servers, each a HOST:PORT and each once, and three seconds more")
    func memcached() throws {
        let none = try Loading.errors("liveness: {driver: mc}\n")
        #expect(
            none == [
                "rollcalld.yaml:1: memcached.servers: no server is named, and the driver is memcached; "
                    + "expected HOST:PORT of at least one"
            ]
        )
        let wrong = try Loading.errors(
            "memcached: {servers: [a:1, 'b', 'a:1', 'x:0', '::1:5', '[::1]:5', 'c:99999']}\n"
        )
        let bad = ["b", "x:0", "::1:5", "c:99999"].map {
            "rollcalld.yaml:1: memcached.servers: \"\($0)\" is no server; expected HOST:PORT, such as 10.0.0.7:11211"
        }
        #expect(
            wrong == bad + ["rollcalld.yaml:1: memcached.servers: \"a:1\" is there twice; expected each server once"]
        )
        let short =
            "liveness: {driver: memcached, report_interval: 1s, service_down_time: 4s}\nmemcached: {servers: [a:1]}\n"
        #expect(
            try Loading.errors(short) == [
                "rollcalld.yaml:1: liveness.service_down_time: 4s is less than report_interval 1s + flush_interval "
                    + "250ms + 3s, which the memcached driver needs; expected at least 4250ms"
            ]
        )
        #expect(try Loading.errors("memcached: {namespace: 'a b'}\n").count == 1)
    }

    @Test("the zookeeper driver needs servers, a path, and a down time longer than its sessions")
    func zooKeeper() throws {
        let none = try Loading.errors("liveness: {driver: zk}\n")
        #expect(
            none == [
                "rollcalld.yaml:1: zookeeper.hosts: no server is named, and the driver is zookeeper; "
                    + "expected HOST:PORT of at least one"
            ]
        )
        for prefix in ["", "/", "a", "/a/", "/a//b", "/a/../b", "/zookeeper", "/a b"] {
            #expect(try Loading.errors("zookeeper: {prefix: '\(prefix)'}\n").count == 1, "\(prefix)")
        }
        #expect(try Loading.load("zookeeper: {prefix: /a/b-c}\n").settings.zookeeper.prefix == "/a/b-c")
        let driver = "liveness: {driver: zookeeper, report_interval: 1s, service_down_time: DOWN}\n"
        let zooKeeper = "zookeeper: {hosts: ['a:2181', '[::1]:2181'], session_timeout: 5s}\n"
        #expect(
            try Loading.errors(driver.replacing("DOWN", with: "5s") + zooKeeper) == [
                "rollcalld.yaml:1: liveness.service_down_time: 5s is not more than session_timeout 5s, which the "
                    + "zookeeper driver needs; expected at least 5001ms"
            ]
        )
        #expect(try Loading.errors(driver.replacing("DOWN", with: "5001ms") + zooKeeper) == [])
        let named = try Loading.errors(driver.replacing("DOWN", with: "6s") + zooKeeper + "daemon: {id: direct}\n")
        #expect(
            named == [
                "rollcalld.yaml:3: daemon.id: \"direct\" is what the zookeeper driver calls no daemon; expected another"
            ]
        )
    }

    @Test("a brake that would let go where it engages is refused")
    func brake() throws {
        let brake = try Loading.errors("brake: {fraction: 0.2, release_fraction: 0.7}\n")
        #expect(brake.count == 1 && brake[0].hasSuffix("expected at least 0.8"), "\(brake)")
    }

    @Test("a down time that the database driver cannot keep is refused, exactly from the sum on")
    func driverGuarantee() throws {
        func errors(_ down: String) throws -> [String] {
            try Loading.errors(
                "liveness:\n  report_interval: 1s\n  flush_interval: 200ms\n  service_down_time: \(down)\n"
            )
        }
        #expect(try errors("1200ms") == [])
        #expect(
            try errors("1199ms") == [
                "rollcalld.yaml:4: liveness.service_down_time: 1199ms is less than report_interval 1s + flush_interval "
                    + "200ms, which the database driver needs; expected at least 1200ms"
            ]
        )
        let defaultDown = try Loading.errors("log: {}\nliveness: {report_interval: 55s, flush_interval: 10s}")
        #expect(
            defaultDown.count == 1 && defaultDown[0].hasPrefix("rollcalld.yaml:2: liveness.service_down_time: 1m is")
        )
        let shared = "database: {url: mariadb://u@h/n}\nliveness: {report_interval: 1s, service_down_time: "
        #expect(try Loading.errors(shared + "3250ms}") == [])
        #expect(
            try Loading.errors(shared + "3249ms}") == [
                "rollcalld.yaml:2: liveness.service_down_time: 3249ms is less than report_interval 1s + flush_interval "
                    + "250ms + 2 x observe_interval 1s, which the database driver needs; expected at least 3250ms"
            ]
        )
        let topic = try Loading.errors("liveness: {topics: {a: {service_down_time: 10100ms}}}")
        #expect(topic.count == 1 && topic[0].contains("liveness.topics.a.service_down_time: 10100ms is less than"))
    }

    @Test("a pause counts from a quarter of the shortest down time on at the latest")
    func pauseThreshold() throws {
        func effective(_ yaml: String) throws -> Duration {
            try Loading.load(yaml).settings.machine.effectivePauseThreshold
        }
        #expect(try effective("") == .seconds(1))
        #expect(try effective("liveness: {report_interval: 250ms, service_down_time: 1s}") == .milliseconds(250))
        #expect(
            try effective("liveness: {topics: {a: {service_down_time: 2s, report_interval: 500ms}}}")
                == .milliseconds(500)
        )
        #expect(try Loading.load("liveness: {pause_threshold: 20s}").warnings.count == 1)
    }

    @Test(
        "any address beyond loopback is refused where there are no credentials",
        arguments: [
            "0.0.0.0:8790", "[::]:8790", "10.0.0.1:8790", "example.org:80", "128.0.0.1:1", "[::ffff:127.0.0.1]:1",
        ]
    )
    func beyondLoopback(address: String) throws {
        let errors = try Loading.errors("listen: {http: \"\(address)\"}")
        #expect(errors.count == 1 && errors[0].hasPrefix("rollcalld.yaml:1: listen.http: \(address) is not loopback"))
    }

    @Test(
        "certificate and key belong together, and who has a client's certificate must be told what it is for",
        arguments: [
            ("{certificate: /c}", ["tls.certificate needs tls.key"]), ("{key: /k}", ["tls.key needs tls.certificate"]),
            (
                "{client_ca: /a}",
                ["tls.client_ca needs tls.certificate", "tls.client_ca needs auth.tokens_file"]
            ),
            ("{certificate: /c, key: /k, client_ca: /a}", ["tls.client_ca needs auth.tokens_file"]),
        ]
    )
    func tls(section: String, errors: [String]) throws {
        let found = try Loading.errors("tls: \(section)")
        #expect(
            found
                == errors.map {
                    "rollcalld.yaml:1: \($0.replacing(" needs", with: ": needs")); expected both to be set"
                }
        )
    }

    @Test(
        "loopback is 127.0.0.0/8, ::1 and localhost",
        arguments: ["127.0.0.1:1", "127.9.9.9:0", "[::1]:65535", "localhost:2"]
    )
    func loopback(address: String) throws {
        #expect(try Loading.load("listen: {http: \"\(address)\"}").settings.listen.http.description == address)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "8790", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]", "a b:1", ":80",
            "[x]:1", "h:+1",
        ]
    )
    func noAddress(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
