import MariaDBClient
import ServerFixtures

/// Connections to a database of the test's own.
func makePool(
    size: Int = 2,
    _ change: (inout MariaDBConfiguration) -> Void = { _ in }
) async throws -> MariaDBPool {
    let server = try MariaDBServer.here()
    var configuration = MariaDBConfiguration(
        address: .socket(server.socket),
        user: "root",
        database: try await server.makeDatabase()
    )
    change(&configuration)
    return MariaDBPool(configuration, size: size, label: "test")
}

/// The error that `body` throws, or nil.
func failure<Value: Sendable>(_ body: () async throws -> Value) async -> MariaDBError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? MariaDBError
    }
}
