import LivenessCore
import Logging

/// Brings records from the store to the machine that this daemon did not change itself: what others changed, and what
/// became of a change whose answer was lost.
///
/// It reads with nobody in between (`Turnstile`), so that no older picture of a record covers a newer one.
final class RecordReader: Sendable {
    /// Rows of the log read at a time, and records.
    private static let page = 1_000
    /// Pages read after one look: what is left is read after the next.
    private static let mostPages = 20

    private struct Wanted {
        var ids: Set<Int64> = []
        var head: LogHead?
    }

    private let shared: SharedMachine
    private let store: any RecordStore
    private let tail: TransitionTail
    private let fence: Fence
    private let turnstile: Turnstile
    /// Signalled when the log tells that another driver decides.
    private let switching: Wakeup
    private let logger: Logger
    private let wanted = Locked(Wanted())
    private let wakeup = Wakeup()
    /// Of the log read last.
    private let logID = Locked<String?>(nil)

    init(
        shared: SharedMachine,
        store: any RecordStore,
        tail: TransitionTail,
        fence: Fence,
        turnstile: Turnstile,
        switching: Wakeup,
        logger: Logger
    ) {
        self.shared = shared
        self.store = store
        self.tail = tail
        self.fence = fence
        self.turnstile = turnstile
        self.switching = switching
        self.logger = logger
    }

    /// Reads for as long as the task lives what nobody waits for.
    func run() async throws {
        while await wakeup.wait() != nil {
            try Task.checkCancellation()
            let next = wanted.withLock { wanted in
                defer { wanted = Wanted() }
                return wanted
            }
            await read(Array(next.ids))
            if let head = next.head { await follow(head) }
        }
    }

    /// Reads these records and the log up to `head` soon: where the back end is not the database, nobody waits for one
    /// that hangs.
    func want(_ ids: [Int64], _ head: LogHead?) {
        if ids.isEmpty, head == nil { return }
        wanted.withLock { wanted in
            wanted.ids.formUnion(ids)
            wanted.head = head ?? wanted.head
        }
        wakeup.signal()
    }

    /// Reads these records.
    ///
    /// Where that fails, the next heartbeat of each finds it changed again.
    func read(_ ids: [Int64]) async {
        for start in stride(from: 0, to: ids.count, by: Self.page) {
            let some = Array(ids[start..<min(start + Self.page, ids.count)])
            await turnstile.pass {
                do throws(StoreError) {
                    adopt(try await store.records(some))
                } catch {
                    fence.notice(error)
                    logger.debug("records could not be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// An observation found the log at `head`: reads the rows that did not come by themselves, and their records.
    func follow(_ head: LogHead) async {
        let before = logID.withLock { logID in
            defer { logID = head.logID }
            return logID
        }
        // Another log: the database was restored or replaced.
        if let before, before != head.logID { return tail.restart(at: head.revision) }
        for _ in 0..<Self.mostPages where tail.newest < head.revision {
            guard await readOn(to: head) else { return }
        }
    }

    /// Returns whether there may be more.
    private func readOn(to head: LogHead) async -> Bool {
        await turnstile.pass {
            // What was written by this daemon is known by now.
            let newest = tail.newest
            guard newest < head.revision else { return false }
            do throws(StoreError) {
                let news = try await store.news(since: newest, limit: Self.page)
                adopt(news.records)
                if news.page.head.oldest > newest + 1 {
                    tail.restart(at: news.page.head.revision)
                    return false
                }
                let rows = news.page.transitions
                // The page is full, or it holds all there is: what is missing in it was removed before it was read.
                let end = rows.count < Self.page ? news.page.head.revision : rows.last?.revision ?? newest
                tail.append(rows, after: newest, through: end, to: shared)
                if news.page.transitions.contains(where: \.isSwitchOfDriver) { switching.signal() }
                return tail.newest > newest
            } catch {
                fence.notice(error)
                logger.debug("the transition log could not be read", metadata: ["error": "\(error)"])
                return false
            }
        }
    }

    private func adopt(_ page: LoadedPage) {
        let incarnations = Dictionary(grouping: page.incarnations, by: \.serviceID)
        let now = shared.time.now
        for record in page.services {
            shared.withLock { $0.learned(record, incarnations[record.id] ?? [], at: now) }
        }
        if !page.services.isEmpty { shared.publish() }
    }
}

extension Transition {
    fileprivate var isSwitchOfDriver: Bool { kind == .daemon && reason == DaemonEvent.Kind.driverSwitched.rawValue }
}
