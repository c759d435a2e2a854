internal import RollcallClient

/// Runs a command each time an operator has forced the service down: what keeps it from working on beside its successor.
final class Fence: Sendable {
    /// A command that takes longer is ended.
    private static let longest = Duration.seconds(300)

    private let command: String
    private let requests: AsyncStream<Void>
    private let request: AsyncStream<Void>.Continuation

    init(command: String) {
        self.command = command
        // One that runs is not run beside itself; one more is enough behind it.
        (requests, request) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// The service has been forced down.
    func begin() { request.yield() }

    /// Nothing more begins: the agent is done.
    ///
    /// What has begun is brought to its end.
    func close() { request.finish() }

    /// Runs what has begun, one after the other, until it is closed; says how each ended.
    func run(_ tell: @Sendable (AgentNotice) -> Void) async {
        for await _ in requests {
            let name = "the command for a service that was forced down"
            let fault = await CheckProcess.fault(of: ["/bin/sh", "-c", command], named: name, within: Self.longest)
            if Task.isCancelled { return tell(.message(.error, "\(name) was cut off")) }
            tell(fault.map { .message(.error, $0) } ?? .message(.info, "\(name) has ended well"))
        }
    }
}
