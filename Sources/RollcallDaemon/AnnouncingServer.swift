import Glibc
import Logging
import NIOCore
import RollcallServer
import ServiceLifecycle

/// The HTTP server, which says once where it listens.
struct AnnouncingServer: Service {
    let server: RollcallServer
    let settings: Settings
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve() }
            let socket = await server.socket
            if let port = await server.port, socket == settings.listen.unix { announce(port, socket) }
            try await group.waitForAll()
        }
    }

    private func announce(_ port: Int, _ socket: String?) {
        let scheme = settings.tls.certificate == nil ? "http" : "https"
        var metadata: Logger.Metadata = [
            "http": "\(scheme)://\(ListenAddress(host: settings.listen.http.host, port: port))",
            "daemon": "\(settings.daemon.id)",
            "database": "\(settings.database.url?.shown ?? "")",
        ]
        if let socket { metadata["unix"] = "\(socket)" }
        logger.notice("ready", metadata: metadata)
    }

    private func serve() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            throw CannotListen(address: settings.listen.http, error: error)
        }
    }
}

/// Who starts services logs them: not the settings, in which passwords stand.
extension AnnouncingServer: CustomStringConvertible {
    var description: String { "AnnouncingServer" }
}

/// The system refused the address of `listen.http`.
struct CannotListen: Error, CustomStringConvertible {
    let address: ListenAddress
    let error: IOError

    var description: String {
        let reason =
            switch error.errnoCode {
            case EADDRINUSE: "another program listens there"
            case EADDRNOTAVAIL: "this machine has no such address"
            case EACCES: "this user may not use that port"
            default: "\(error)"
            }
        return "listen.http: cannot listen on \(address): \(reason)"
    }
}
