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
    /// A look so long after the one before hears nobody.
    private static let longestGap = Duration.seconds(30)

    private let importer: NovaImporter
    private let store: any RecordStore
    private let client: RollcallClient
    private let pause: Duration
    private var follower = NovaFollower()
    private var compared: ContinuousClock.Instant?
    /// When each cell was read last.
    private var looks: [String: ContinuousClock.Instant] = [:]
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

    /// Reads each cell that answers, and speaks for who was heard there; says at the end what was the matter.
    private func look() async throws {
        let began = ContinuousClock.now
        var cells: [NovaCell] = []
        var failure: (any Error)?
        for database in importer.cells {
            do { cells.append(try await database.read()) } catch { failure = error }
        }
        let isDue = compared.map { began - $0 >= Self.comparing } ?? true
        if failure == nil, isDue || cells.contains(where: follower.hasNew) {
            try await align(cells)
            compared = began
        }
        var heard: [ImportedService] = []
        for cell in cells {
            let isFirst = looks[cell.name].map { began - $0 > Self.longestGap } ?? true
            heard += follower.heard(cell, isFirst: isFirst)
            looks[cell.name] = began
        }
        do { try await forward(heard) } catch { failure = failure ?? error }
        lag = ContinuousClock.now - began
        if let failure { throw failure }
    }

    private func forward(_ heard: [ImportedService]) async throws {
        var failure: (any Error)?
        var refusals: [String: Int] = [:]
        for start in stride(from: 0, to: heard.count, by: Self.heartbeatsPerCall) {
            let slice = Array(heard[start..<min(start + Self.heartbeatsPerCall, heard.count)])
            let beats = slice.map { service in
                var beat = WireHeartbeat(host: service.name.host, binary: service.name.binary)
                beat.topic = service.topic
                beat.version = Int64(service.version)
                return beat
            }
            do {
                let reply = try await client.sendHeartbeats(HeartbeatsRequest(heartbeats: beats), brief: true)
                forwarded += reply.accepted
                for rejection in reply.rejected where slice.indices.contains(rejection.index) {
                    if rejection.code == .incarnationRequired {
                        follower.hasMoved(slice[rejection.index])
                    } else {
                        refusals[rejection.code.rawValue, default: 0] += 1
                    }
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard refusals.isEmpty else {
            let codes = refusals.keys.sorted().joined(separator: ", ")
            throw NovaError("the daemon refuses heartbeats: \(codes)")
        }
    }

    /// Brings over what is new in Nova, and what was edited there.
    private func align(_ cells: [NovaCell]) async throws {
        var found = try await importer.compare(cells, takesDeleted: false)
        follower.compared(cells, found)
        let edits = follower.edits(for: found)
        guard !found.missing.isEmpty || !edits.isEmpty else {
            comparison = found
            return
        }
        let refused = try await importer.write(found.missing, batch: 200, at: .wallClock) { _ in }
        written += found.missing.count - refused.count
        for edit in edits {
            guard case .edited(let record, _) = try await store.edit(edit, at: .wallClock) else { continue }
            follower.made(record)
            edited += 1
        }
        found = try await importer.compare(cells, takesDeleted: false)
        follower.compared(cells, found)
        comparison = found
    }
}
