import Addresses
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
            let datagramPort = await server.datagramPort
            let isWhole = socket == settings.listen.unix && (datagramPort == nil) == (settings.listen.datagram == nil)
            if let port = await server.port, isWhole { announce(port, socket, datagramPort) }
            try await group.waitForAll()
        }
    }

    private func announce(_ port: Int, _ socket: String?, _ datagramPort: Int?) {
        let scheme = settings.tls.certificate == nil ? "http" : "https"
        var metadata: Logger.Metadata = [
            "http": "\(scheme)://\(ListenAddress(host: settings.listen.http.host, port: port))",
            "daemon": "\(settings.daemon.id)",
            "database": "\(settings.database.url?.shown ?? "")",
        ]
        if let socket { metadata["unix"] = "\(socket)" }
        if let datagramPort, let host = settings.listen.datagram?.host {
            metadata["datagram"] = "\(ListenAddress(host: host, port: datagramPort))"
        }
        logger.notice("ready", metadata: metadata)
    }

    private func serve() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            let http = settings.listen.http
            throw CannotListen(setting: "listen.http", host: http.host, port: http.port, error: error)
        }
    }
}

/// Who starts services logs them: not the settings, in which passwords stand.
extension AnnouncingServer: CustomStringConvertible {
    var description: String { "AnnouncingServer" }
}
