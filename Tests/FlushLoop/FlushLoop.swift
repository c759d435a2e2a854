import LivenessCore
import StoreSQL
import StoreSQLite

/// Flushes heartbeats of 200 services into the database named by its argument, as fast as it can, until it is
/// killed: each commit is told on a line of its own, with its count.
@main
struct FlushLoop {
    static func main() async throws {
        guard let path = CommandLine.arguments.dropFirst().first else { return }
        let store = try SQLiteStore(SQLiteStore.Configuration(path: path))
        let noon = Timestamp(microseconds: 1_700_000_000_000_000)
        try await store.write(
            DaemonRecord(
                id: "loop",
                incarnation: "i",
                host: "h",
                release: 1,
                schemaRange: 1...1,
                phaseSeen: "new",
                flushCount: 0,
                settingsDigest: "",
                lastSeen: noon
            )
        )
        let admissions = (0..<200).map { number in
            Admission(
                name: ServiceName(host: "h\(number)", binary: "nova-compute"),
                worker: "",
                uuid: ServiceUUID(random: UInt64(number), 1),
                daemon: "loop"
            )
        }
        _ = try await store.admit(admissions, at: noon)
        for count in 1... {
            let renewals = (1...200).map { id in
                HeartbeatRenewal(
                    serviceID: Int64(id),
                    service: 0,
                    incarnationNumber: 0,
                    lastSeenUp: noon + .seconds(count),
                    beats: 1,
                    sequence: nil
                )
            }
            let flush = HeartbeatFlush(
                daemon: "loop",
                count: Int64(count),
                at: noon + .seconds(count),
                renewals: renewals,
                workers: []
            )
            _ = try await store.flush(flush)
            print(count)
            flushOutput()
        }
    }
}
