import DriverZooKeeper
import LivenessConformance
import LivenessCore
import ZooKeeperClient

/// Two daemons' drivers, each with a machine of its own, and a service that both know.
struct Company {
    /// The first digits of the SHA-256 of `h1:nova-compute`.
    static let bucket = "0c"

    let fixture: ZooKeeperFixture
    let one: Daemon
    let two: Daemon

    init(mostBytes: Int = 400_000, reportInterval: Duration = .seconds(10)) async throws {
        fixture = try ZooKeeperFixture()
        one = try await Daemon("d1", fixture, mostBytes, reportInterval)
        two = try await Daemon("d2", fixture, mostBytes, reportInterval)
        for daemon in [one, two] { _ = try await daemon.observe() }
    }

    /// A daemon as far as its driver knows it.
    final class Daemon: Sendable {
        private struct State {
            var machine: LivenessMachine
            var record: ServiceRecord
            var driver: any LivenessDriver
            var now = Instant(nanoseconds: 0)

            mutating func hear(sequence: UInt64) {
                var heartbeat = Heartbeat(host: "h1", binary: "nova-compute")
                heartbeat.incarnation = record.incarnation
                heartbeat.sequence = sequence
                heartbeat.reportInterval = record.reportInterval
                var batch = HeartbeatBatch()
                batch.append(heartbeat)
                batch.seal(machine.board.hasher)
                var outcomes: [HeartbeatOutcome] = []
                machine.heartbeatsReceived(batch, 0..<1, at: now, outcomes: &outcomes)
            }
        }

        private let id: String
        private let fixture: ZooKeeperFixture
        private let mostBytes: Int
        private let state: Locked<State>
        let service: UInt32

        init(_ id: String, _ fixture: ZooKeeperFixture, _ mostBytes: Int, _ reportInterval: Duration) async throws {
            self.id = id
            self.fixture = fixture
            self.mostBytes = mostBytes
            var record = ServiceRecord(
                id: 1,
                uuid: ServiceUUID(random: 1, 2),
                name: ServiceName(host: "h1", binary: "nova-compute"),
                topic: "compute",
                zone: "nova",
                createdAt: Timestamp(microseconds: 0)
            )
            record.version = 7
            record.incarnation = "a"
            record.incarnationNumber = 1
            record.reportInterval = reportInterval
            record.isNeverHeard = false
            record.recorded = RecordedState(
                state: .up,
                reason: .heartbeat,
                since: Timestamp(microseconds: 0),
                revision: 0
            )
            var settings = LivenessSettings()
            settings.daemon = id
            let hasher = NameHasher(seed: 1, secret: 2)
            var machine = LivenessMachine(
                settings: settings,
                hasher: hasher,
                isShared: true,
                at: Instant(nanoseconds: 0)
            )
            machine.recordChanged(record, at: Instant(nanoseconds: 0))
            service = machine.board.find(record.uuid) ?? 0
            let driver = fixture.driver(of: id, mostBytes: mostBytes)
            state = Locked(State(machine: machine, record: record, driver: driver))
            try await fixture.records.store.write(
                DaemonRecord(
                    id: id,
                    incarnation: "i",
                    host: "h",
                    release: 1,
                    schemaRange: 1...1,
                    phaseSeen: "both",
                    flushCount: 0,
                    settingsDigest: "",
                    lastSeen: Timestamp(microseconds: 0)
                )
            )
            begin()
        }

        private var driver: any LivenessDriver { state.withLock { $0.driver } }

        private func begin() {
            driver.observer.begin([]) { [self] in state.withLock { $0.machine.board } }
        }

        /// Another process of the same daemon, beside what is left of the one before.
        func restart() async throws {
            state.withLock { $0.driver = fixture.driver(of: id, mostBytes: mostBytes) }
            begin()
        }

        func observe() async throws -> BackendObservation { try await driver.observer.observe() }

        func look() async throws -> BackendObservation { try await look(at: [ServiceKey(service: service, id: 1)]) }

        func look(at services: [ServiceKey]) async throws -> BackendObservation {
            try await driver.observer.look(at: services)
        }

        /// A flush in which the service was heard, or nobody.
        func renew(_ count: Int64, isHeard: Bool = true, sequence: UInt64? = nil) async throws {
            let flush = state.withLock { state in
                state.now = state.now + .milliseconds(100)
                state.machine.ticked(at: state.now, wall: Timestamp(microseconds: 0))
                if isHeard { state.hear(sequence: sequence ?? UInt64(count)) }
                var pending = state.machine.beginFlush(at: state.now)
                state.machine.fill(&pending, limit: 10)
                pending.flush.count = count
                return pending.flush
            }
            _ = try await driver.reporter.renew(flush)
        }

        // MARK: What the machine comes to know

        func change(incarnation: String, number: Int64) {
            state.withLock { state in
                state.record.incarnation = incarnation
                state.record.incarnationNumber = number
                state.machine.recordChanged(state.record, at: state.now)
            }
        }
    }
}
