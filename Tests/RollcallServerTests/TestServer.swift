import AsyncHTTPClient
import Hummingbird
import LivenessCore
import LivenessEngine
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RollcallWire
import ServiceLifecycle
import Telemetry

@testable import RollcallServer

/// A real engine over a store in memory behind a real server on a free port, gone with the test.
struct TestServer: Sendable {
    let engine: LivenessEngine
    let store: InMemoryStore
    let driver: InMemoryDriver
    let readPass: EventLoopReadPass
    let group: MultiThreadedEventLoopGroup
    let port: Int
    let client: HTTPClient
    let services: ServiceGroup
    let metrics: PrometheusRegistry
    /// 0 where no datagrams are read.
    let datagramPort: Int

    struct Setup {
        var liveness = LivenessSettings()
        var limits = RequestLimits()
        var names: [String] = []
        var access = AccessControl()
        var mostConnections: Int?
        var readsDatagrams = false
        var loops = 2
        var longestPass = TimeAmount.seconds(1)

        init() {
            liveness.flushInterval = .milliseconds(20)
            // A machine that is busy with other tests must not make this daemon doubt itself: what it then says of its
            // health would wake those who wait for the log, and what it reads then counts as read before. A quarter of the
            // down time is the most that it may be.
            liveness.serviceDownTime = .seconds(1_200)
            liveness.pauseThreshold = .seconds(300)
            liveness.observeInterval = .seconds(200)
            // Nor may it take a test that waits for its turn for a slow client.
            limits.headTime = .minutes(10)
            limits.bodyTime = .minutes(10)
            limits.writeStall = .minutes(10)
            limits.idle = .minutes(10)
        }
    }

    static func run(
        _ change: (inout Setup) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var setup = Setup()
        change(&setup)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = MultiThreadedEventLoopGroup(numberOfThreads: setup.loops)
        let readPass = try await EventLoopReadPass(group, longest: setup.longestPass)
        let time = SystemTime()
        let store = InMemoryStore(logID: "log-of-the-test", clock: { time.wall })
        let driver = InMemoryDriver(store: store, daemon: setup.liveness.daemon)
        let engine = LivenessEngine(
            settings: EngineSettings(liveness: setup.liveness, host: "daemon-host"),
            store: store,
            driver: driver,
            barrier: readPass,
            time: time,
            logger: logger
        )
        try await engine.start()
        var settings = ServerSettings(host: "127.0.0.1", port: 0, names: setup.names)
        settings.limits = setup.limits
        settings.mostConnections = setup.mostConnections
        if setup.readsDatagrams { settings.datagram = ("127.0.0.1", 0) }
        let metrics = PrometheusRegistry()
        let server = RollcallServer(
            engine: engine,
            settings: settings,
            access: setup.access,
            tls: nil,
            group: group,
            readPass: readPass,
            metrics: metrics,
            logger: logger
        )
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [engine, server], logger: logger)
        )
        let client = HTTPClient(eventLoopGroup: group)
        let failure: (any Error)? = await withTaskGroup(of: (any Error)?.self) { tasks in
            tasks.addTask {
                do { try await services.run() } catch { return error }
                return nil
            }
            var failure: (any Error)?
            if let port = await server.port {
                do {
                    try await body(
                        TestServer(
                            engine: engine,
                            store: store,
                            driver: driver,
                            readPass: readPass,
                            group: group,
                            port: port,
                            client: client,
                            services: services,
                            metrics: metrics,
                            datagramPort: await server.datagramPort ?? 0
                        )
                    )
                } catch {
                    failure = error
                }
            }
            try? await client.shutdown()
            await services.triggerGracefulShutdown()
            let ended = await tasks.next() ?? nil
            return failure ?? ended
        }
        await readPass.close()
        try await group.shutdownGracefully()
        if let failure { throw failure }
    }
}

/// A reply as tests look at it.
struct Answer {
    var status: Int
    var headers: HTTPHeaders
    var bytes: [UInt8]

    var body: String { String(decoding: bytes, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first(name: name) }

    var json: WireValue {
        (try? WireJSON.decode(WireValue.self, from: .init(body.utf8))) ?? .null
    }

    /// The error's code; nil where the body is no error document.
    var code: String? { json["error"]?["code"]?.text }
}

extension WireValue {
    subscript(key: String) -> WireValue? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }

    subscript(position: Int) -> WireValue? {
        if case .array(let values) = self, values.indices.contains(position) { values[position] } else { nil }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var items: [WireValue] { if case .array(let values) = self { values } else { [] } }
    var count: Int { if case .array(let values) = self { values.count } else { 0 } }
}

extension TestServer {
    func call(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body {
            if !headers.contains(where: { $0.0 == "Content-Type" }) {
                request.headers.add(name: "Content-Type", value: "application/json")
            }
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await client.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 256 << 20)
        return Answer(
            status: Int(response.status.code),
            headers: response.headers,
            bytes: Array(bytes.readableBytesView)
        )
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        try await call("GET", path, headers: headers)
    }

    /// Registers a service and answers its uuid.
    @discardableResult
    func beat(_ host: String, _ binary: String, _ options: String = "") async throws -> String {
        let answer = try await call("PUT", "/v1/services/\(host)/\(binary)/heartbeat", options)
        return answer.json["uuid"]?.text ?? ""
    }

    /// A router as the server has it.
    var router: Router<RollcallContext> {
        let watchers = WatchMetrics(metrics)
        return Routes.router(
            engine,
            HostNames(ServerSettings(host: "localhost", port: 0)),
            AccessControl(),
            AuditLog(Logger(label: "audit"), AccessMetrics(metrics)) { engine.wall(engine.now) },
            RequestMetrics(PrometheusMetricsFactory(registry: metrics)),
            metrics,
            Draining(),
            DatagramPort(),
            watchers,
            WatchFeed(engine, group, watchers)
        )
    }

    /// Opens a connection without a client library.
    func connect() async throws -> RawConnection {
        try await blocking { [port] in try RawConnection(port: port) }
    }

    /// The value of a metric that has no labels.
    func metric(_ name: String) -> Double? {
        let line = metrics.exposition().split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    /// Gives the loops turns until something is so; whether it came to be.
    ///
    /// It waits for up to a minute: hundreds of tests share the machine.
    func becomes(_ condition: () -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while !condition(), ContinuousClock.now < end { try await turn() }
        return condition()
    }

    /// Gives each loop a turn.
    func turn() async throws {
        for loop in group.makeIterator() { try await loop.submit {}.get() }
    }

    /// A request whose answer does not end, whatever happens: on a busy machine even an idle daemon may write a row of
    /// its own (`degraded`).
    static let endlessQuestion = "GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// A request that waits for the next row of the log.
    func patientQuestion() async throws -> String {
        // The daemon's own record is the first row.
        _ = try await becomes { engine.board.head.revision > 0 }
        var newest: Int64 = 0
        if case .rows(_, through: _, let head) = try await engine.transitions(
            since: 0,
            logID: nil,
            wait: .zero,
            limit: 1
        ) {
            newest = head.revision
        }
        return "GET /v1/transitions?since=\(newest)&wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    }

    /// Takes the database away, and lets the engine notice without waiting for it.
    func loseBackEnd() async {
        store.setOutage(StoreError(.unavailable, "away"))
        // A flush that began before has ended when one that begins now has failed.
        _ = await engine.flushed([])
        let now = engine.now
        engine.shared.withLock { machine in
            // An hour of ticks, until it is noticed.
            for step in 1...3_600 where !machine.isBackendLost {
                let tick = now + .seconds(step)
                machine.ticked(at: tick, wall: machine.wall(tick))
            }
        }
    }

    func uuid(_ host: String, _ binary: String) async throws -> String {
        let list = try await get("/v1/services?host=\(host)&binary=\(binary)")
        return list.json["services"]?[0]?["uuid"]?.text ?? ""
    }
}

extension [String: WireValue] {
    var value: WireValue { .object(self) }
}
