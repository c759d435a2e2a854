import LivenessCore
import Logging

/// Reads the rows of the transition log that did not come by themselves: another daemon wrote them, or the answer to
/// our commit was lost.
final class TailFollower: Sendable {
    /// Rows read at a time.
    private static let page = 1_000
    /// Pages read after one look: what is left is read after the next.
    private static let mostPages = 20

    private let tail: TransitionTail
    private let store: any RecordStore
    private let shared: SharedMachine
    private let logger: Logger
    /// The log at the look before.
    private let before = Locked<LogHead?>(nil)

    init(tail: TransitionTail, store: any RecordStore, shared: SharedMachine, logger: Logger) {
        self.tail = tail
        self.store = store
        self.shared = shared
        self.logger = logger
    }

    /// An observation found the log at `head`.
    ///
    /// What a commit under way has just written comes without being read: only rows that were there a look ago and are
    /// still missing are.
    func logSeen(_ head: LogHead) async {
        let before = before.withLock { before in
            defer { before = head }
            return before
        }
        guard let before else { return }
        // Another log: the database was restored or replaced.
        if before.logID != head.logID { return tail.restart(at: head.revision) }
        guard tail.newest < before.revision else { return }
        do throws(StoreError) {
            try await readOn()
        } catch {
            logger.debug("the transition log could not be read", metadata: ["error": "\(error)"])
        }
    }

    private func readOn() async throws(StoreError) {
        for _ in 0..<Self.mostPages {
            let newest = tail.newest
            let page = try await store.transitions(since: newest, limit: Self.page)
            if page.head.oldest > newest + 1 { return tail.restart(at: page.head.revision) }
            tail.append(page.transitions, to: shared)
            if page.transitions.count < Self.page || tail.newest <= newest { return }
        }
    }
}
