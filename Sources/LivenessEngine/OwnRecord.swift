import LivenessCore
import Synchronization

/// This daemon as a service of its own, `rollcalld`: for people.
///
/// One worker of it per daemon id.
package final class OwnRecord: Sendable {
    package static let binary = "rollcalld"

    private let settings: EngineSettings
    private let intake: Intake
    private let time: any TimeSource
    private let incarnation: String
    private let sequence = Atomic<UInt64>(0)

    init(settings: EngineSettings, intake: Intake, time: any TimeSource) {
        self.settings = settings
        self.intake = intake
        self.time = time
        incarnation = ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)).description
    }

    /// Beats at the configured interval for as long as the task lives.
    func run() async throws {
        while true {
            await beat()
            try await time.sleep(for: settings.liveness.reportInterval)
        }
    }

    private func beat() async {
        var batch = HeartbeatBatch()
        let number = sequence.add(1, ordering: .relaxed).newValue
        batch.append(
            Heartbeat(
                host: settings.host,
                binary: Self.binary,
                version: Release.number,
                worker: settings.liveness.daemon,
                incarnation: incarnation,
                sequence: number,
                reportInterval: settings.liveness.reportInterval
            )
        )
        batch.seal(intake.shared.board.hasher)
        _ = await intake.receive(batch)
    }

    /// What to say at the end; nil when it never beat.
    var departure: Departure? {
        guard sequence.load(ordering: .relaxed) > 0 else { return nil }
        return Departure(
            name: ServiceName(host: settings.host, binary: Self.binary),
            worker: settings.liveness.daemon,
            incarnation: incarnation,
            manner: .left
        )
    }

    /// This daemon's row in table `daemons`, with the drivers that it runs.
    func daemonRecord(_ drivers: [String], flushCount: Int64, at wall: Timestamp) -> DaemonRecord {
        var record = DaemonRecord(
            id: settings.liveness.daemon,
            incarnation: incarnation,
            host: settings.host,
            release: Release.number,
            schemaRange: Release.schemaRange,
            phaseSeen: SchemaPhase.new.rawValue,
            flushCount: flushCount,
            settingsDigest: settings.settingsDigest,
            lastSeen: wall
        )
        record.drivers = drivers.sorted()
        return record
    }

    /// An event of this daemon, to be a row of the log.
    ///
    /// `topic` and `zone` are those it is about, the daemon's own unless stated. A daemon without a record (it may not
    /// register, or was deleted) has the identity of nobody.
    func event(
        _ kind: DaemonEvent.Kind,
        topic: String = binary,
        zone: String = NameRule.defaultZone(topic: binary)
    ) -> DaemonEvent {
        DaemonEvent(
            kind: kind,
            daemon: settings.liveness.daemon,
            host: settings.host,
            uuid: uuid(on: intake.shared.board) ?? ServiceUUID(random: 0, 0),
            topic: topic,
            zone: zone,
            at: time.wall
        )
    }

    /// The identity of the record, once there is one.
    private func uuid(on board: Board) -> ServiceUUID? {
        guard let service = board.find(host: settings.host, binary: Self.binary), board.isListed(service) else {
            return nil
        }
        return board.cards[Int(service)].uuid
    }
}
