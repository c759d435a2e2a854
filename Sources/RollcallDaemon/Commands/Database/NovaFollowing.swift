import LivenessCore
import NovaImport
import RollcallClient
import RollcallWire
import UnixSignals

/// Keeps records and heartbeats flowing from a running Nova, until it is told to stop.
///
/// Who is heard there is heard here: it speaks for them to the daemons as an agent would, and for nobody who beats here
/// itself. What operators do in Nova is done here, except to records that somebody here has edited.
actor NovaFollowing {
    /// Between two comparisons of all records.
    private static let comparing = Duration.seconds(30)
    private static let heartbeatsPerCall = 1_000

    private let importer: NovaImporter
    private let store: any RecordStore
    private let client: RollcallClient
    private let pause: Duration
    private var follower = NovaFollower()
    private var compared: ContinuousClock.Instant?
    private var problem: String?

    private(set) var forwarded = 0
    private(set) var written = 0
    private(set) var edited = 0
    private(set) var lag = Duration.zero
    private(set) var comparison: NovaComparison?

    var moved: Int { follower.moved.count }

    init(_ importer: NovaImporter, _ store: any RecordStore, _ client: RollcallClient, pause: Duration) {
        self.importer = importer
        self.store = store
        self.client = client
        self.pause = pause
    }

    /// Runs until SIGTERM or SIGINT, and looks once more then.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask { await self.follow() }
            await group.next()
            group.cancelAll()
        }
        compared = nil
        try await look()
    }

    private func follow() async {
        while !Task.isCancelled {
            do {
                try await look()
                tell(nil)
            } catch {
                if !Task.isCancelled { tell("\(error)") }
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Says what is the matter once, and when it is over.
    private func tell(_ words: String?) {
        if let words, words != problem { StandardStreams.complain("\(words); trying again") }
        if words == nil, problem != nil { StandardStreams.complain("going on") }
        problem = words
    }

    private func look() async throws {
        let began = ContinuousClock.now
        let cells = try await importer.read()
        try await forward(follower.heard(cells))
        lag = ContinuousClock.now - began
        if compared.map({ began - $0 < Self.comparing }) ?? false { return }
        compared = began
        try await align(cells)
    }

    private func forward(_ heard: [ImportedService]) async throws {
        for start in stride(from: 0, to: heard.count, by: Self.heartbeatsPerCall) {
            let slice = heard[start..<min(start + Self.heartbeatsPerCall, heard.count)]
            let beats = slice.map { service in
                var beat = WireHeartbeat(host: service.name.host, binary: service.name.binary)
                beat.topic = service.topic
                beat.version = Int64(service.version)
                return beat
            }
            let reply = try await client.sendHeartbeats(HeartbeatsRequest(heartbeats: beats), brief: true)
            forwarded += reply.accepted
            for rejection in reply.rejected where slice.indices.contains(start + rejection.index) {
                let service = slice[start + rejection.index]
                if rejection.code == .incarnationRequired {
                    follower.hasMoved(service)
                } else {
                    tell("\(service.name.shown): \(rejection.message)")
                }
            }
        }
    }

    /// Brings over what is new in Nova, and what was edited there.
    private func align(_ cells: [NovaCell]) async throws {
        let found = try await importer.compare(cells, takesDeleted: false)
        let refused = try await importer.write(found.missing, batch: 200, at: .wallClock) { _ in }
        written += found.missing.count - refused.count
        for edit in follower.edits(for: found) {
            guard case .edited(let record, _) = try await store.edit(edit, at: .wallClock) else { continue }
            follower.made(record)
            edited += 1
        }
        comparison = try await importer.compare(cells, takesDeleted: false)
    }
}
