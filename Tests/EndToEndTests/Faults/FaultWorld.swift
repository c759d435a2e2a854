import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Synchronization
import Testing

/// Two daemons over one MariaDB and one back end, and fleets that beat at them: what the list of faults happens to.
final class FaultWorld: Sendable {
    /// How large and how long.
    struct Scale: Sendable {
        var services: Int
        var downTime: Int
        /// Seconds that a back end is away for at most.
        var longest: Int

        static let interval = Duration.milliseconds(250)
        static let roundsInSecond = 4
    }

    /// What is done to the driver's back end; the database is the back end of the database driver.
    struct BackEnd: Sendable {
        var settings: [String: String]
        var freeze: @Sendable () async throws -> Void
        var thaw: @Sendable () async throws -> Void
        var kill: @Sendable () async throws -> Void
        /// After it was killed; memcached comes back empty.
        var start: @Sendable () async throws -> Void
        var ensemble: ZooKeeperServers?
        var memcached: MemcachedServers?
    }

    let driver: String
    let scale: Scale
    let place: Workplace
    let database: MariaDBServer
    let backEnd: BackEnd
    /// The services that all faults happen to.
    let fleet: Fleet
    /// Another topic, for the brake.
    let other: Fleet
    let watch = TransitionWatch(port: 0)

    private struct State {
        var daemons: [DaemonProcess?] = [nil, nil]
        /// Of each fleet, by host: those who were silenced.
        var dead: Set<String> = []
        var shown: Set<String> = []
        var isOver = false
    }

    private let urls: [String]
    private let shift: String
    private let state = Mutex(State())
    private let ended = DispatchGroup()

    init(_ driver: String, _ scale: Scale, _ place: Workplace, shift: String, _ backEnd: BackEnd) async throws {
        self.driver = driver
        self.scale = scale
        self.place = place
        self.shift = shift
        self.backEnd = backEnd
        database = try MariaDBServer.here()
        fleet = Fleet("fleet", count: scale.services, lanes: 6, port: 0)
        other = Fleet("other", binary: "other", count: scale.services / 5, port: 0)
        let url = try await FleetTests().makeDatabase(place)
        // Each its own user, so that one can be cut off.
        for user in ["one", "two"] {
            try await database.execute("CREATE USER \(user)@localhost")
            try await database.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO \(user)@localhost")
        }
        urls = ["one", "two"].map { url.replacing("root@", with: "\($0)@") }
    }

    // MARK: Daemons

    func start(_ number: Int) async throws {
        let name = ["one", "two"][number]
        var options = DaemonProcess.Options()
        options.reportInterval = "250ms"
        options.serviceDownTime = "\(scale.downTime)s"
        options.identifier = name
        options.databaseURL = urls[number]
        // The same as before: services do not look for it anew.
        options.port = state.withLock { $0.daemons[number]?.port } ?? 0
        options.environment = backEnd.settings.merging(
            ["LD_PRELOAD": shift, "ROLLCALL_WALL_OFFSET": place.file("clock-\(name)")]
        ) { _, new in new }
        let daemon = try await DaemonProcess.start(place, options)
        state.withLock { $0.daemons[number] = daemon }
    }

    func kill(_ number: Int) async throws {
        let daemon = try daemon(number)
        daemon.process.send(SIGKILL)
        _ = try await daemon.process.ended()
    }

    func daemon(_ number: Int) throws -> DaemonProcess { try #require(state.withLock { $0.daemons[number] }) }

    var ports: [Int] { state.withLock { $0.daemons.compactMap { $0?.port } } }

    private var living: [DaemonProcess] {
        state.withLock { $0.daemons.compactMap { $0 } }.filter { $0.process.ending == nil }
    }

    /// The wall clock of a daemon, or of the database server.
    func setClock(_ name: String, _ seconds: Int) throws { try place.write("\(seconds)", to: "clock-\(name)") }

    func isolate(_ user: String, _ isCut: Bool) async throws {
        try await database.execute("ALTER USER \(user)@localhost ACCOUNT \(isCut ? "LOCK" : "UNLOCK")")
        if isCut { try await database.execute("KILL USER \(user)@localhost") }
    }

    // MARK: Time

    /// Waits as long as services need for so many seconds of beats, answered or not.
    func wait(_ seconds: Int) async throws { try await fleet.tries(seconds * Scale.roundsInSecond) }

    // MARK: Who is dead

    func silence(_ members: Range<Int>, of fleet: Fleet) async throws {
        state.withLock { state in state.dead.formUnion(members.map(fleet.host)) }
        fleet.silence(members, fromRound: 0)
    }

    func isDead(_ host: String?) -> Bool { state.withLock { $0.dead.contains(host ?? "") } }

    /// Hosts that a daemon showed as down, and that were not silenced.
    var falselyShown: Set<String> { state.withLock { $0.shown } }

    /// Returns when each living daemon shows everybody who lives as up.
    func allUp() async throws {
        try await eventually("everybody who lives is up", within: .seconds(120)) {
            for daemon in living {
                for state in ["down", "unknown"] {
                    guard let hosts = try? hosts(state, daemon.port), hosts.allSatisfy(isDead) else { return false }
                }
            }
            return true
        }
    }

    /// The fleets' hosts in that state, as a daemon shows them.
    func hosts(_ state: String, _ port: Int) throws -> [String] {
        struct Listed: Decodable {
            struct Service: Decodable { var host: String }
            var services: [Service]
        }
        var hosts: [String] = []
        let connection = try RawConnection(port: port, patience: .seconds(2))
        for binary in [fleet.binary, other.binary] {
            let question = "/v1/services?state=\(state)&topic=\(binary)&fields=host&limit=10000"
            guard let reply = try connection.exchange("GET", question), reply.status == 200 else {
                throw Overdue(what: "an answer to \(question)")
            }
            hosts += try reply.document(Listed.self).services.map(\.host)
        }
        return hosts
    }

    /// Runs the fleets and looks at what both daemons show, for as long as the body takes.
    func run(_ body: () async throws -> Void) async throws {
        defer { for daemon in state.withLock({ $0.daemons }) { daemon?.process.end() } }
        for number in [0, 1] {
            try setClock(["one", "two"][number], 0)
            try await start(number)
        }
        watch.redirect(to: ports[0])
        for fleet in [fleet, other] { fleet.redirect(to: ports) }
        for number in [0, 1] {
            ended.enter()
            Thread.detachNewThread { [self] in
                look(at: number)
                ended.leave()
            }
        }
        defer {
            state.withLock { $0.isOver = true }
            ended.wait()
        }
        try await watch.run { try await fleet.run { try await other.run { try await body() } } }
    }

    private func look(at number: Int) {
        while !state.withLock({ $0.isOver }) {
            let asked = Moment.now
            // Whoever dies while this is asked is not shown falsely.
            if let port = state.withLock({ $0.daemons[number]?.port }), let down = try? hosts("down", port) {
                state.withLock { state in state.shown.formUnion(Set(down).subtracting(state.dead)) }
            }
            Moment.wait(untilMonotonic: asked.monotonic + 200_000_000)
        }
    }
}
