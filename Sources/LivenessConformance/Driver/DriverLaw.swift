package import LivenessCore

/// One thing that every driver must keep to, or every one that claims it.
package struct DriverLaw: Sendable, CustomStringConvertible {
    package let description: String
    /// A driver that does not claim this need not keep it.
    package let claim: DriverClaim?
    private let body: @Sendable (DriverBench) async throws -> Void

    init(
        _ description: String,
        claim: DriverClaim? = nil,
        _ body: @escaping @Sendable (DriverBench) async throws -> Void
    ) {
        self.description = description
        self.claim = claim
        self.body = body
    }

    /// Runs the law on that driver, if it claims to keep it; what it throws says where it broke.
    package func run(on fixture: any DriverFixture, of driver: String) async throws {
        let isClaimed = claim.map(fixture.claims.contains) ?? true
        try await LawReport(table: "drivers", law: description, subject: driver).note(isClaimed: isClaimed) {
            try await body(DriverBench(fixture))
        }
    }

    /// All of them.
    package static let all: [DriverLaw] = renewals + observations + faults
}

/// What a driver may say of itself beyond what every driver must keep to.
package enum DriverClaim: String, Sendable, CaseIterable {
    /// Heartbeats stand in the table of records: a renewal touches nothing that is no longer so, counts go on through
    /// restarts, and a table that was restored or replaced is noticed.
    case heartbeatsInTheRecords
}

/// A fresh back end, drivers for the daemons that share it, and the faults it can have.
package protocol DriverFixture: Sendable {
    /// The records that the drivers' heartbeats belong to.
    var records: any StoreFixture { get }
    var claims: Set<DriverClaim> { get }

    func driver(of daemon: String) throws -> any LivenessDriver

    /// The back end answers nobody, until it is away no more.
    func setAway(_ isAway: Bool) async throws

    /// Makes every call that reaches the table of records fail so, until it is nil again.
    func damageTable(_ error: StoreError?)

    /// Shows a daemon's heartbeats as they were in a backup; nil as they are.
    func rewindTable(_ daemon: String, to count: Int64?)
}
