import LivenessCore
import NovaImport
import RollcallClient
import RollcallWire

/// Keeps records and heartbeats flowing from a running Nova, until it is told to stop.
///
/// Who is heard there is heard here: it speaks for them to the daemons as an agent would, and for nobody who beats here
/// itself. What operators do in Nova is done here, except to records that somebody here has edited.
actor NovaFollowing {
    /// Between two comparisons of all records.
    private static let comparing = Duration.seconds(30)
    /// A look so long after the one before hears nobody.
    private static let longestGap = Duration.seconds(30)

    private let importer: NovaImporter
    private let store: any RecordStore
    private let messenger: Messenger
    private var follower = NovaFollower()
    private var compared: ContinuousClock.Instant?
    /// What it has said that it cannot bring over.
    private var told: Set<String> = []
    /// When each cell was read last.
    private var looks: [Int: ContinuousClock.Instant] = [:]

    private(set) var forwarded = 0
    private(set) var written = 0
    private(set) var edited = 0
    private(set) var lag = Duration.zero
    private(set) var comparison: NovaComparison?

    var moved: Int { follower.moved.count }

    init(_ importer: NovaImporter, _ store: any RecordStore, _ client: RollcallClient) {
        self.importer = importer
        self.store = store
        messenger = Messenger(client: client)
    }

    /// Looks a last time, and compares everything.
    func catchUp() async throws {
        compared = nil
        try await look()
    }

    /// Reads each cell that answers, and speaks for who was heard there; says at the end what was the matter.
    func look() async throws {
        let began = ContinuousClock.now
        var cells: [NovaCell] = []
        var failure: (any Error)?
        for place in importer.cells.indices {
            do { cells.append(try await importer.read(place)) } catch { failure = error }
        }
        let isDue = compared.map { began - $0 >= Self.comparing } ?? true
        if failure == nil, isDue || cells.contains(where: follower.hasNew) {
            try await align(cells)
            compared = began
        }
        var heard: [ImportedService] = []
        for cell in cells {
            let isFirst = looks[cell.place].map { began - $0 > Self.longestGap } ?? true
            heard += follower.heard(cell, isFirst: isFirst)
            looks[cell.place] = began
        }
        do { try await forward(heard) } catch { failure = failure ?? error }
        lag = ContinuousClock.now - began
        if let failure { throw failure }
    }

    private func forward(_ heard: [ImportedService]) async throws {
        let beats = heard.map { service in
            var beat = WireHeartbeat(host: service.name.host, binary: service.name.binary)
            beat.topic = service.topic
            beat.version = Int64(service.version)
            return beat
        }
        var delivery = await messenger.send(beats)
        forwarded += delivery.accepted
        for (position, code) in delivery.rejected where code == .incarnationRequired {
            follower.hasMoved(heard[position])
            delivery.rejected[position] = nil
        }
        try delivery.check()
    }

    /// Brings over what is new in Nova, and what was edited there; says what cannot come.
    private func align(_ cells: [NovaCell]) async throws {
        var found = try await importer.compare(cells, takesDeleted: false)
        follower.compared(cells, found)
        let edits = follower.edits(for: found)
        if !found.missing.isEmpty || !found.replacements.isEmpty || !edits.isEmpty {
            let refused = try await importer.write(found.missing, batch: 200, at: .wallClock) { _ in }
            written += found.missing.count - refused.count
            written += try await importer.replace(found.replacements, at: .wallClock)
            for edit in edits {
                guard case .edited(let record, _) = try await store.edit(edit, at: .wallClock) else { continue }
                follower.made(record)
                edited += 1
            }
            found = try await importer.compare(cells, takesDeleted: false)
            follower.compared(cells, found)
        }
        comparison = found
        let findings = Set(found.findings)
        for finding in findings.subtracting(told).sorted() { StandardStreams.complain(finding) }
        told = findings
    }
}
