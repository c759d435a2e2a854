/// A store without a database: the same rules and the same answers, gone with the process.
///
/// Tests and simulations run on it. Its database clock is handed in, and an outage or a hold-up can be ordered.
package final class InMemoryStore: RecordStore {
    let release: Int32
    /// The clock that ends a forced down: the database's own, in a real database.
    let clock: @Sendable () -> Timestamp
    let downTimes: DownTimes
    /// Where admissions can be held up.
    package let admissionDoor = HoldUp()
    private let tables: Locked<InMemoryTables>

    /// An empty store.
    ///
    /// `logID` names its log: another name is another database.
    package init(
        logID: String,
        release: Int32 = 1,
        downTimes: DownTimes = DownTimes(),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.release = release
        self.downTimes = downTimes
        self.clock = clock
        tables = Locked(InMemoryTables(logID: logID))
    }

    /// Makes every call fail with this error, until it is nil again.
    package func setOutage(_ error: StoreError?) {
        tables.withLock { $0.outage = error }
    }

    /// Carries out the next call that writes, and answers it with an error: the connection broke after the commit.
    package func loseNextAnswer() {
        tables.withLock { $0.isNextAnswerLost = true }
    }

    /// Raises the fence, as the contract phase of an upgrade does.
    package func setMinimumRelease(_ release: Int32) {
        tables.withLock { $0.minimumRelease = release }
    }

    /// Gives the log another name, as a restored database has.
    package func setLogID(_ logID: String) {
        tables.withLock { $0.logID = logID }
    }

    func reading<Value: Sendable>(
        _ body: (borrowing InMemoryTables) -> Value
    ) throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = tables.withLock { tables in
            if let outage = tables.outage { return .failure(outage) }
            return .success(body(tables))
        }
        return try result.get()
    }

    /// Runs what writes, behind the fence.
    ///
    /// The body is told to change the tables only once it cannot fail any more.
    func writing<Value: Sendable>(
        _ body: (inout InMemoryTables) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = tables.withLock { tables in
            if let outage = tables.outage { return .failure(outage) }
            guard tables.minimumRelease <= release else {
                return .failure(
                    StoreError(.fenced, "fenced: release \(release), the database needs \(tables.minimumRelease)")
                )
            }
            do throws(StoreError) {
                let value = try body(&tables)
                guard tables.isNextAnswerLost else { return .success(value) }
                tables.isNextAnswerLost = false
                return .failure(StoreError(.unavailable, "the connection broke before the answer came"))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
