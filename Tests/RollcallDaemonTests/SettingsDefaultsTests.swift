import Addresses
import LivenessCore
import Logging
import Telemetry
import Testing

@testable import RollcallDaemon

@Suite("Settings without a configuration")
struct SettingsDefaultsTests {
    @Test("everything has the default that the contract states")
    func defaults() throws {
        let settings = try Loading.load().settings

        #expect(settings.daemon == .init(id: "node1", host: "node1"))
        #expect(settings.listen.http.description == "127.0.0.1:8790")
        #expect(settings.listen.unix == nil && settings.listen.datagram == nil && settings.listen.names == [])
        #expect(settings.database.url == .sqlite(path: "/h/op/.local/state/rollcall/rollcall.sqlite"))
        let liveness = settings.liveness
        #expect(liveness.driver == .database && liveness.shadow == [] && liveness.policy == .driver)
        #expect(liveness.reportInterval == .seconds(10) && liveness.serviceDownTime == .seconds(60))
        #expect(liveness.flushInterval == .milliseconds(250) && liveness.observeInterval == .seconds(1))
        #expect(liveness.pauseThreshold == .seconds(1) && liveness.topics.isEmpty)
        #expect(settings.records == .init(autoRegister: true, enableNewServices: true))
        #expect(settings.zookeeper.prefix == "/servicegroups" && settings.zookeeper.sessionTimeout == .seconds(10))
        #expect(settings.memcached == .init(servers: [], namespace: "rollcall"))
        #expect(settings.brake == .init(fraction: 0.5, releaseFraction: 0.75, minimum: 5, maxHold: .seconds(300)))
        #expect(settings.flap == .init(limit: 6, window: .seconds(600)))
        #expect(settings.history == .init(maxAge: .seconds(2_592_000), maxPerService: 1_000))
        #expect(settings.log == .init(level: .info, format: .text))
    }

    @Test("an empty file and one of comments alone set nothing", arguments: ["", "# nothing\n", "liveness:\n"])
    func emptyFile(yaml: String) throws {
        #expect(try Loading.load(yaml).settings == Loading.load().settings)
    }

    @Test("the state directory is systemd's, else the user's")
    func stateDirectory() {
        func path(_ environment: [String: String]) -> DatabaseURL? {
            Surroundings(environment: environment, hostName: "h").defaultDatabase
        }
        let home = ["HOME": "/h", "XDG_STATE_HOME": "/x"]
        #expect(path(home.merging(["STATE_DIRECTORY": "/a:/b"]) { $1 }) == .sqlite(path: "/a/rollcall.sqlite"))
        #expect(path(home) == .sqlite(path: "/x/rollcall/rollcall.sqlite"))
        #expect(
            path(["HOME": "/h", "XDG_STATE_HOME": "x"]) == .sqlite(path: "/h/.local/state/rollcall/rollcall.sqlite")
        )
        #expect(path([:]) == nil)
    }

    @Test("without a state directory the database must be named")
    func noStateDirectory() throws {
        let errors = try Loading.errors(environment: [:])
        #expect(errors.count == 1 && errors[0].hasPrefix("default: database.url: no state directory"))
        #expect(try Loading.errors("database: {url: sqlite:///x/y}", environment: [:]) == [])
    }

    @Test("the id is the host with the port when that is another than 8790")
    func daemonID() throws {
        #expect(try Loading.load("listen: {http: \"[::1]:9000\"}").settings.daemon.id == "node1:9000")
        #expect(try Loading.load("daemon: {host: a}").settings.daemon.id == "a")
        #expect(try Loading.load("daemon: {id: b}\nlisten: {http: localhost:1}").settings.daemon.id == "b")
        let long = String(repeating: "n", count: 65)
        #expect(
            try Loading.errors(hostName: long).first?.hasPrefix("default: daemon.id: \"\(long)\" is not 1 to 64")
                == true
        )
    }

    @Test("a host name that is no name of a host is refused, and so is the id that follows from it")
    func unusableHostName() throws {
        let errors = try Loading.errors(hostName: "a/b")
        #expect(errors.count == 2)
        #expect(errors.first?.hasPrefix("default: daemon.host: \"a/b\" is not 1 to 255 printable characters") == true)
        #expect(errors.last?.hasPrefix("default: daemon.id: \"a/b\" is not 1 to 64 printable characters") == true)
        #expect(try Loading.errors("daemon: {host: a}", hostName: "a/b") == [])
        let long = String(repeating: "n", count: 65)
        #expect(try Loading.errors("daemon: {id: a}", hostName: long) == [])
    }

    @Test("each key has a name, a reason and a default of its own, and each name is there once")
    func table() {
        let names = SettingTable.keys.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(SettingTable.keys.map(\.variable)).count == names.count)
        for key in SettingTable.keys {
            #expect(key.reason.hasSuffix(".") && !key.expected.isEmpty, "\(key.name)")
            #expect(key.name.wholeMatch(of: #/[a-z]+\.(topics\.<topic>\.)?[a-z_]+/#) != nil, "\(key.name)")
        }
    }
}
