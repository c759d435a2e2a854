import Addresses
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
package import RollcallClient
import ServiceLifecycle

/// Takes heartbeats of other hosts, for a rack say, and passes them on to a daemon in few calls.
///
/// Whoever reports to it is answered what a daemon answered, and nothing before. Where none answers, it is sent elsewhere.
package struct HeartbeatRelay: Sendable {
    /// A connection without a request is closed after this long, also one that sends a head byte by byte.
    private static let idle = TimeAmount.seconds(30)
    private static let backlog = 256

    private let settings: RelaySettings
    private let client: RollcallClient

    /// Where it is to listen.
    package var address: RelayAddress { settings.address }

    /// - Parameters:
    ///   - settings: Where it listens, and for whom.
    ///   - client: Of the daemons.
    package init(settings: RelaySettings, client: RollcallClient) {
        self.settings = settings
        self.client = client
    }

    /// Serves until `stops` has ended; then what is under way is finished.
    ///
    /// - Parameters:
    ///   - stops: Ends when the relay is to stop.
    ///   - listening: Is told where it listens, once it does.
    /// - Throws: When it cannot listen there.
    package func run(
        until stops: AsyncStream<Void>,
        listening: @escaping @Sendable (RelayAddress) -> Void
    ) async throws {
        if case .socket(let path) = settings.address { try SocketFile.claim(path) }
        var limits = RelayMachine.Limits()
        limits.gather = settings.gather
        let gatherer = Gatherer(limits) { [client] in await client.send($0) }
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: application(gatherer, listening))],
                logger: Self.logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            group.addTask {
                defer { gatherer.finish() }
                do { try await services.run() } catch let error as IOError {
                    throw CannotListen(address: address, reason: address.refusal(error.errnoCode))
                }
            }
            group.addTask {
                for await _ in stops {}
                await services.triggerGracefulShutdown()
            }
            // The server ends last but for the two that wait for it.
            do {
                while try await group.next() != nil {}
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    private func application(
        _ gatherer: Gatherer,
        _ listening: @escaping @Sendable (RelayAddress) -> Void
    ) -> some ApplicationProtocol {
        let router = Router(context: RelayContext.self)
        router.add(middleware: RelayDoor(settings: settings))
        RelayController(gatherer: gatherer, client: client).addRoutes(to: router)
        let gate = ConnectionGate(most: settings.mostConnections, quiet: Self.idle)
        let address = settings.address
        let bind: BindAddress =
            switch address {
            case .network(let address): .hostname(address.host, port: address.port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        return Application(
            router: router,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [gate.guardian()],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 << 10,
                        maxHeaderListSize: 32 << 10,
                        maxHeaderFieldCount: 100
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: bind,
                backlog: Self.backlog,
                reuseAddress: true
            ),
            onServerRunning: { channel in
                guard case .network(var address) = address, let port = channel.localAddress?.port else {
                    return listening(address)
                }
                address.port = port
                listening(.network(address))
            },
            logger: Self.logger
        )
    }

    /// The system refused the address.
    struct CannotListen: Error, CustomStringConvertible {
        var address: RelayAddress
        var reason: String

        var description: String { "cannot listen on \(address): \(reason)" }
    }

    /// The relay says what there is to say itself.
    private static var logger: Logger { Logger(label: "relay", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
