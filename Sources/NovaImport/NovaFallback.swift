package import LivenessCore

/// A Nova database in which single services are looked up while a fleet moves in.
package struct NovaFallback: RecordFallback {
    private let database: NovaDatabase

    package init(_ database: NovaDatabase) {
        self.database = database
    }

    package func find(_ names: [ServiceName]) async throws -> [ImportedService] {
        try await database.find(names).map { $0.imported(from: database.name) }
    }

    package func find(_ uuid: ServiceUUID) async throws -> ImportedService? {
        try await database.find(uuid)?.imported(from: database.name)
    }
}
