package import LivenessCore

/// One thing that every driver whose back end is a table of heartbeats must keep to.
package struct DriverLaw: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (DriverBench) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (DriverBench) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Runs the law; what it throws says where it broke.
    package func run(on fixture: any DriverFixture) async throws {
        try await body(DriverBench(fixture))
    }

    /// All of them.
    package static let all: [DriverLaw] = renewals + observations + faults
}

/// A fresh back end, drivers for the daemons that share it, and the faults it can have.
package protocol DriverFixture: Sendable {
    /// The records that the drivers' heartbeats belong to.
    var records: any StoreFixture { get }

    func driver(of daemon: String) -> any LivenessDriver

    /// Makes every call of every driver fail so, until it is nil again.
    func setOutage(_ error: StoreError?)

    /// Shows a daemon's heartbeats as they were in a backup; nil as they are.
    func rewind(_ daemon: String, to count: Int64?)
}
