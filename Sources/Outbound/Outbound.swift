import AsyncHTTPClient
package import LivenessCore
package import LivenessEngine
package import Logging
package import NIOCore
import ServiceLifecycle

/// What a daemon tells others by itself: webhooks, and a ping.
package struct Outbound: Service {
    /// Makes the JSON of rows: what goes over HTTP is the server's matter.
    package typealias Rendering = @Sendable ([Transition]) throws -> [UInt8]

    private let client: HTTPClient
    private let services: [any Service]

    /// - Parameters:
    ///   - hooks: Who is told of changes.
    ///   - ping: What is called while this daemon is well, and how often.
    ///   - engine: Has been started.
    ///   - group: What the connections run on.
    ///   - logger: Is told of receivers that do not answer.
    ///   - render: Makes the JSON of rows.
    package init(
        hooks: [Webhook],
        ping: (url: String, interval: Duration)?,
        engine: LivenessEngine,
        group: any EventLoopGroup,
        logger: Logger,
        render: @escaping Rendering
    ) {
        client = Delivery.makeClient(group)
        let delivery = Delivery(client: client)
        let tellers = hooks.map { WebhookTeller($0, engine, delivery, logger, render: render) }
        let pings = ping.map { [Ping($0.url, every: $0.interval, engine, delivery, logger)] } ?? []
        services = tellers + pings
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
        let ended: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                group.addTask { try? await gracefulShutdown() }
                try await group.waitForAll()
            }
            ended = .success(())
        } catch {
            ended = .failure(error)
        }
        try? await client.shutdown()
        if case .failure(let error) = ended, !(error is CancellationError) { throw error }
    }
}

/// Who starts services logs them: not the webhooks, whose addresses and secrets are nobody's.
extension Outbound: CustomStringConvertible {
    package var description: String { "Outbound" }
}
