/// Where a service is looked up that has no record here: the databases that a fleet moves in from.
///
/// They are only ever read, and never for a list or a verdict.
package protocol RecordFallback: Sendable {
    /// The living records of these names.
    ///
    /// - Throws: When one of the databases does not answer.
    func find(_ names: [ServiceName]) async throws -> FallbackAnswer

    /// The living record of that identity; nil when there is none that can be read.
    func find(_ uuid: ServiceUUID) async throws -> ImportedService?
}

/// What is known there of names that were asked for; what is in neither set is not there.
package struct FallbackAnswer: Sendable {
    /// At most one of each name.
    package var found: [ImportedService]
    /// There is something, and nobody can tell what: with the reason.
    package var unclear: [ServiceName: String]

    package init(found: [ImportedService] = [], unclear: [ServiceName: String] = [:]) {
        self.found = found
        self.unclear = unclear
    }
}
