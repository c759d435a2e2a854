package import LivenessCore

/// One thing that every store must keep to, run against a fresh one.
package struct StoreLaw: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (StoreBench) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (StoreBench) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Runs the law on that store; what it throws says where it broke.
    package func run(on fixture: any StoreFixture, of store: String) async throws {
        try await LawReport(table: "stores", law: description, subject: store).note(isClaimed: true) {
            try await body(StoreBench(fixture))
        }
    }

    /// All of them.
    package static let all: [StoreLaw] =
        admissions + incarnations + workers + workerVersions + droppedWorkers + deletions + departures + edits
        + imports + recordings + brakes + settings + flushes + observations
        + loadings + retentions + foldings + arrivals + fences
}

/// A fresh store and what a law must be able to do to the database behind it.
package protocol StoreFixture: Sendable {
    var store: any RecordStore { get }

    /// What the database's own clock says, which ends a forced down.
    func databaseNow() async throws -> Timestamp

    /// Raises `min_release`, as the contract phase of an upgrade does.
    func raiseMinimumRelease(to release: Int32) async throws

    /// Whether the log is folded: not while daemons of the release before may be at work.
    var folds: Bool { get }

    /// Gives the log another name, as a restored or replaced database has.
    func replaceLogID(with logID: String) async throws
}

extension StoreFixture {
    package var folds: Bool { true }
}
