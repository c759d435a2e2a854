package import LivenessCore

/// A store that speaks SQL: what it answers is decided here, once for every database.
///
/// A database brings its connections, and the statements that a flush of thousands of rows needs to be cheap on it.
package protocol SQLRecordStore: RecordStore {
    associatedtype Session: SQLSession
    associatedtype Snapshot: SQLSnapshot where Snapshot.Session == Session

    /// When a silent worker of a service counts as dead.
    var downTimes: DownTimes { get }

    /// One transaction that writes, behind the fence.
    ///
    /// `body` may be run again when the database gave up the first try: what it answers must depend on nothing else.
    func writing<Value: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Value
    ) async throws(StoreError) -> Value

    /// One snapshot.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Value
    ) async throws(StoreError) -> Value

    /// A snapshot that is read in several steps.
    func snapshot() async throws(StoreError) -> Snapshot

    /// Renews the rows that a flush may touch; answers the services of which it touched none.
    func renew(_ flush: HeartbeatFlush, as count: Int64, in session: Session) throws -> Set<Int64>
}

/// The database as it was at one moment, until it is closed.
package protocol SQLSnapshot: Sendable {
    associatedtype Session: SQLSession

    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Value
    ) async throws(StoreError) -> Value

    func close() async
}
