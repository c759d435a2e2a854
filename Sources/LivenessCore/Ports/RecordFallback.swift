/// Where a service is looked up that has no record here: the database that a fleet moves in from.
///
/// It is only ever read, and never for a list or a verdict.
package protocol RecordFallback: Sendable {
    /// The living records of these names, at most one of each; a name that has none there is left out.
    func find(_ names: [ServiceName]) async throws -> [ImportedService]

    /// The living record of that identity; nil when there is none.
    func find(_ uuid: ServiceUUID) async throws -> ImportedService?
}
