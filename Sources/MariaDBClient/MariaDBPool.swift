import Synchronization

/// A bounded number of connections to one server, opened when they are needed.
///
/// A connection that was lost is not used again. After a failure to connect the next try waits a little, longer after
/// each failure and never the same for two clients: until then calls fail at once with what the server said.
package final class MariaDBPool: Sendable {
    /// What a call gets that wants a connection.
    private enum Place {
        case connection(MariaDBConnection)
        /// There is room for one more.
        case room
        case none
    }

    private struct Waiter {
        var id: UInt64
        var continuation: CheckedContinuation<Place, Never>
    }

    private struct State {
        var idle: [MariaDBConnection] = []
        /// Connections that exist or are being opened.
        var count = 0
        var waiting: [Waiter] = []
        var nextID: UInt64 = 0
        var isClosed = false
        var failures = 0
        var failure: MariaDBError?
        var nextTry = ContinuousClock.now
    }

    private static let shortestPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)
    /// Calls that may wait for a connection; more are refused.
    private static let mostWaiting = 256

    private let configuration: MariaDBConfiguration
    private let size: Int
    private let label: String
    private let state = Mutex(State())

    package init(_ configuration: MariaDBConfiguration, size: Int, label: String) {
        self.configuration = configuration
        self.size = max(1, size)
        self.label = label
    }

    /// Runs `body` on the thread of a connection that nobody else uses meanwhile.
    package func run<Value: Sendable>(_ body: @Sendable (MariaDBSession) throws -> Value) async throws -> Value {
        let lease = try await lease()
        do {
            let value = try await lease.run(body)
            await lease.giveBack()
            return value
        } catch {
            await lease.giveBack()
            throw error
        }
    }

    /// A connection for several calls; it is to be given back.
    package func lease() async throws -> MariaDBLease {
        switch await enter() {
        case .connection(let connection): return MariaDBLease(self, connection)
        case .room:
            do {
                return MariaDBLease(self, try await open())
            } catch {
                leave(nil)
                throw error
            }
        case .none:
            try Task.checkCancellation()
            throw MariaDBError(isClosed ? "the connections are closed" : "too many calls wait for a connection")
        }
    }

    /// Closes all connections; those in use when they are given back.
    package func close() async {
        let (idle, waiting) = state.withLock { state in
            defer {
                state.idle = []
                state.waiting = []
            }
            state.isClosed = true
            state.count -= state.idle.count
            return (state.idle, state.waiting)
        }
        for waiter in waiting { waiter.continuation.resume(returning: .none) }
        for connection in idle { await connection.close() }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func open() async throws -> MariaDBConnection {
        let early = state.withLock { state -> MariaDBError? in
            state.nextTry > .now ? state.failure : nil
        }
        if let early { throw early }
        let connection = MariaDBConnection(label: label)
        do {
            try await connection.open(configuration)
            state.withLock { state in
                state.failures = 0
                state.failure = nil
                state.nextTry = .now
            }
            return connection
        } catch {
            let chance = Double.random(in: 0.5...1)
            state.withLock { state in
                state.failures = min(state.failures + 1, 16)
                state.failure = error
                state.nextTry = .now + min(Self.longestPause, Self.shortestPause * (1 << (state.failures - 1))) * chance
            }
            throw error
        }
    }

    // MARK: Turns

    private func enter() async -> Place {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let place = state.withLock { state -> Place? in
                    if state.isClosed || Task.isCancelled { return Place.none }
                    if let connection = state.idle.popLast() { return .connection(connection) }
                    if state.count < size {
                        state.count += 1
                        return .room
                    }
                    guard state.waiting.count < Self.mostWaiting else { return Place.none }
                    state.waiting.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let place { continuation.resume(returning: place) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: .none)
        }
    }

    fileprivate func giveBack(_ connection: MariaDBConnection) async {
        if await connection.isUsable, !isClosed {
            leave(connection)
        } else {
            await connection.close()
            leave(nil)
        }
    }

    /// Hands the place on, with its connection while that is of use.
    private func leave(_ connection: MariaDBConnection?) {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiting.isEmpty else {
                if let connection { state.idle.append(connection) } else { state.count -= 1 }
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: connection.map(Place.connection) ?? .room)
    }
}

/// A connection that is in use by one owner.
package struct MariaDBLease: Sendable {
    private let pool: MariaDBPool
    private let connection: MariaDBConnection

    fileprivate init(_ pool: MariaDBPool, _ connection: MariaDBConnection) {
        self.pool = pool
        self.connection = connection
    }

    package func run<Value: Sendable>(_ body: @Sendable (MariaDBSession) throws -> Value) async throws -> Value {
        try await connection.run(body)
    }

    package func giveBack() async {
        await pool.giveBack(connection)
    }
}
