package import LivenessCore

/// The daemons' rows in the database: a flush touches this daemon's own, and a look reads them all.
///
/// Another back end says who lives, so nobody waits here for a database that hangs: it is asked by a loop of its own (`run`),
/// and whoever asked goes on after a moment with what was seen last. To the others it looks the same: this daemon's row
/// stands still.
package final class DaemonTable: Sendable {
    /// What is known of the others.
    package struct Sight: Sendable {
        /// nil before the database was read since this daemon began.
        package var table: HeartbeatObservation?
        package var daemons: [DaemonRecord] = []
        /// The database did not answer: this is how it was.
        package var isOld: Bool
    }

    private struct Waiting: Sendable {
        var number: UInt64
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct WorkerName: Hashable {
        var serviceID: Int64
        var worker: String

        init(_ renewal: WorkerRenewal) {
            serviceID = renewal.serviceID
            worker = renewal.worker
        }
    }

    private struct State: Sendable {
        var isRunning = false
        /// The database is being asked.
        var isAsking = false
        /// The same, and somebody has waited in vain for it already.
        var isStuck = false
        var next: UInt64 = 0
        /// To be touched by the next round; the newest covers those before.
        var flush: HeartbeatFlush?
        var waiting: [Waiting] = []
        var sight = Sight(table: nil, isOld: true)
        /// What no waiting helps against: this daemon is fenced, or what is stored is damaged.
        var failure: DriverError?
    }

    /// How long the others' rows are waited for.
    private static let patience = Duration.milliseconds(500)

    private let table: any HeartbeatTable
    private let daemon: String
    private let state = Locked(State())
    private let requests: AsyncStream<Void>
    private let request: AsyncStream<Void>.Continuation

    package init(table: any HeartbeatTable, daemon: String) {
        self.table = table
        self.daemon = daemon
        (requests, request) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// This daemon begins beside these.
    package func begin(_ daemons: [DaemonRecord]) { state.withLock { $0.sight.daemons = daemons } }

    /// Asks the database, for as long as the task lives.
    package func run() async {
        state.withLock { $0.isRunning = true }
        for await _ in requests { await ask() }
        let waiting = state.withLock { state in
            state.isRunning = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.continuation.resume() }
    }

    /// A flush was written: this daemon lives, and so do these workers, whom the records tell apart by their stamps.
    package func note(_ flush: HeartbeatFlush) async throws(DriverError) {
        var note = flush
        note.renewals = []
        // To a daemon that looks into the table for heartbeats, nothing of this one is ever complete there.
        note.isLast = false
        state.withLock { state in
            let heard = Set(note.workers.map(WorkerName.init))
            note.workers += state.flush?.workers.filter { !heard.contains(WorkerName($0)) } ?? []
            state.flush = note
        }
        _ = try await round()
    }

    /// Who is there, as far as is known.
    package func look() async throws(DriverError) -> Sight {
        let isAnswered = try await round()
        var sight = state.withLock { $0.sight }
        if !isAnswered { sight.isOld = true }
        return sight
    }

    /// Waits until the database was asked, or for as long as that may take; answers whether it was.
    private func round() async throws(DriverError) -> Bool {
        let (isRunning, isStuck) = state.withLock { ($0.isRunning, $0.isStuck) }
        var isAnswered = !isStuck
        if !isRunning {
            await ask()
        } else if !isStuck {
            isAnswered = await wait()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return isAnswered
    }

    private func wait() async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.answered()
                return true
            }
            group.addTask {
                try? await Task.sleep(for: Self.patience)
                return false
            }
            let isAnswered = await group.next() ?? true
            // It may have answered in this very moment.
            if !isAnswered { state.withLock { $0.isStuck = $0.isAsking } }
            group.cancelAll()
            return isAnswered
        }
    }

    /// Returns when a round that began after this call has ended, or when the task is cancelled.
    private func answered() async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isLate = state.withLock { state in
                    if Task.isCancelled || !state.isRunning { return true }
                    state.waiting.append(Waiting(number: number, continuation: continuation))
                    return false
                }
                if isLate { continuation.resume() } else { request.yield() }
            }
        } onCancel: {
            let one = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
            }
            one?.continuation.resume()
        }
    }

    /// One round: touches the own row where a flush waits for it, and reads them all.
    private func ask() async {
        let (flush, newest) = state.withLock { state in
            defer { state.flush = nil }
            state.isAsking = true
            return (state.flush, state.next)
        }
        do throws(StoreError) {
            if let flush { _ = try await table.flush(flush) }
            let seen = try await table.look(at: [], after: [:], as: daemon)
            state.withLock { state in
                state.sight = Sight(table: seen, daemons: seen.daemons, isOld: false)
                state.failure = nil
            }
        } catch {
            state.withLock { state in
                state.sight.isOld = true
                if error.code != .unavailable { state.failure = DriverError(error) }
            }
        }
        // Those who came meanwhile wait for the next round; who has given up waits no more.
        let answered = state.withLock { state in
            state.isAsking = false
            state.isStuck = false
            let answered = state.waiting.filter { $0.number <= newest }
            state.waiting.removeAll { $0.number <= newest }
            return answered
        }
        for one in answered { one.continuation.resume() }
    }
}
