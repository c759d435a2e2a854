import DriverCompany
import LivenessCore

/// A daemon's view of the daemons' rows in the records' database, where another back end says who lives.
struct DaemonRows: Sendable {
    let store: InMemoryStore
    let daemon: String

    /// A flush was written: this daemon's row moves, and nothing else.
    func note(_ flush: HeartbeatFlush) async throws(DriverError) {
        var note = flush
        note.renewals = []
        note.isLast = false
        do throws(StoreError) { _ = try await store.flush(note) } catch { throw DriverError(error) }
    }

    func look() async throws(DriverError) -> HeartbeatObservation {
        do throws(StoreError) { return try await store.look(at: [], after: [:], as: daemon) } catch {
            throw DriverError(error)
        }
    }

    /// Who is there, as far as the back end shows their counts.
    static func observation(
        _ table: HeartbeatObservation,
        _ counts: inout VisibleCounts,
        own: String,
        count: (String) -> Int64?
    ) -> BackendObservation {
        for other in table.daemons where other.id != own { counts.see(count(other.id), of: other.id) }
        return BackendObservation(
            epoch: "",
            daemons: counts.told(table.daemons),
            brakes: table.brakes,
            changed: [],
            head: table.head
        )
    }
}

extension ObservedHeartbeat {
    /// What another daemon heard of the service that this one knows by that number.
    init(_ service: UInt32, on board: Board, sequence: UInt64?) {
        let card = board.cards[Int(service)]
        self.init(
            id: card.id,
            uuid: card.uuid,
            incarnationNumber: Int64(card.incarnationNumber),
            sequence: sequence,
            version: card.version,
            reportInterval: card.reportInterval,
            reportCount: Int64(board.hearings[Int(service)].reportCount) + 1
        )
    }
}

extension LivenessSettings {
    func downTime(of service: UInt32, on board: Board) -> Duration {
        downTime(topic: board.profile(of: service).topic, reportInterval: board.cards[Int(service)].reportInterval)
    }
}
