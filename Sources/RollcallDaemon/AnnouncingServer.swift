import Logging
import RollcallServer
import ServiceLifecycle

/// The HTTP server, which says once where it listens.
struct AnnouncingServer: Service {
    let server: RollcallServer
    let settings: Settings
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            if let port = await server.port {
                logger.notice(
                    "ready",
                    metadata: [
                        "http": "http://\(ListenAddress(host: settings.listen.http.host, port: port))",
                        "daemon": "\(settings.daemon.id)",
                        "database": "\(settings.database.url.map(\.description) ?? "")",
                    ]
                )
            }
            try await group.waitForAll()
        }
    }
}
