import LivenessCore
import LivenessEngine

/// Which of the daemons tells a webhook, and how far the log has been told to it: noted in the database, so that another
/// goes on where one ended.
struct Duty {
    /// A position in the log.
    struct Position: Equatable {
        var logID: String
        /// The newest row that has been told, or was not to be.
        var revision: Int64

        var text: String { "\(logID) \(revision)" }

        init(logID: String, revision: Int64) {
            self.logID = logID
            self.revision = revision
        }

        /// nil for what was not noted by this.
        init?(_ text: String) {
            let parts = text.split(separator: " ")
            guard parts.count == 2, let revision = Int64(parts[1]), revision >= 0 else { return nil }
            self.init(logID: String(parts[0]), revision: revision)
        }
    }

    private let engine: LivenessEngine
    private let name: String
    /// As it was noted last; nil while another daemon has it.
    private var standing: FleetSetting?
    private(set) var position: Position?

    init(of hook: String, _ engine: LivenessEngine) {
        self.engine = engine
        name = "webhook.\(hook)"
    }

    /// Whether this daemon has it; takes it over from one that is gone.
    ///
    /// Whoever is first of all begins with what happens from now on.
    mutating func hold() async throws(StoreError) -> Bool {
        if standing != nil { return true }
        let found = try await engine.duty(name)
        if let found, found.setBy != engine.identity.id, !engine.isGone(found.setBy) { return false }
        let head = engine.board.head
        let from = found.flatMap { Position($0.value) } ?? Position(logID: head.logID, revision: head.revision)
        standing = try await engine.take(name, from.text, from: found)
        position = standing == nil ? nil : from
        return standing != nil
    }

    /// Notes how far the log has been told; another daemon may have taken it over meanwhile.
    ///
    /// What cannot be noted is known here all the same, and noted with what comes next.
    mutating func note(_ reached: Position) async throws(StoreError) {
        guard let before = standing else { return }
        position = reached
        if reached.text != before.value { standing = try await engine.take(name, reached.text, from: before) }
        if standing == nil { position = nil }
    }
}
