internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct VersionWait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until no record of a program has an older version.",
        discussion: """
            Counted is what is neither deleted nor forced down; the version of a service with several workers is the \
            lowest of those that live. While nothing is counted it goes on waiting: a program whose name is mistyped \
            is not one that was upgraded. A daemon that does not see at the moment what others write is not believed.

            Exit status: 0 it is so, 1 it was not so within the time, 4 no answer at its end.

            EXAMPLES
              rollcall version wait nova-compute --at-least 74
              rollcall version wait nova-compute --at-least 74 --state up --timeout 30m && echo upgraded
            """
    )

    @Argument(help: "The program.") var binary: String

    @Option(help: ArgumentHelp("The version that every record must have, or a later one.", valueName: "version"))
    var atLeast: Int64

    @Option(help: "With up, leave out those that are down. Those that are unknown may be up, and count.")
    var state: StateArgument?

    @Option(help: ArgumentHelp("Give up after so long: 500ms, 10s, 2m, 1h; without it never.", valueName: "duration"))
    var timeout: DurationText?

    @OptionGroup var endpoints: EndpointOptions

    /// Between two questions.
    private static let pause = Duration.milliseconds(500)
    /// Between two lines that say what is waited for.
    private static let silence = Duration.seconds(10)
    /// Those that are named when there are more.
    private static let named = 3

    func validate() throws {
        guard (0...Int64(Int32.max)).contains(atLeast) else {
            throw ValidationError("--at-least is not from 0 to \(Int32.max)")
        }
        if let state, state.state != .up { throw ValidationError("--state can only be up here") }
    }

    func run() async throws {
        let client = try endpoints.client()
        let began = ContinuousClock.now
        var told: ContinuousClock.Instant?
        while true {
            let isOver = timeout.map { began.duration(to: .now) >= $0.duration } ?? false
            let words: String
            switch await ask(client) {
            case .success(let reply):
                if let min = reply.min, min >= atLeast, !reply.isDegraded { return }
                words = lacking(reply)
                if isOver { throw Failure(status: Failure.refused, "not in time: " + words) }
            case .failure(let error):
                guard error.code == .noAnswer, !isOver else { throw error }
                words = error.message
            }
            if told.map({ $0.duration(to: .now) >= Self.silence }) ?? true {
                Console.current.explain("waiting: " + words)
                told = .now
            }
            let left = timeout.map { max(.zero, $0.duration - began.duration(to: .now)) }
            try await Task.sleep(for: min(Self.pause, left ?? Self.pause))
        }
    }

    private func ask(_ client: RollcallClient) async -> Result<VersionsReply, ClientError> {
        let states: [WireState] = state == nil ? [] : [.up, .unknown]
        do {
            return .success(try await client.versions(of: binary, states: states, limit: Self.named + 1))
        } catch {
            return .failure(error)
        }
    }

    /// What is still missing.
    private func lacking(_ reply: VersionsReply) -> String {
        guard let min = reply.min else { return "no record of \(binary) is counted" }
        guard min < atLeast else { return "the daemon does not see at the moment what others write" }
        let older = reply.counts.filter { $0.version < atLeast }.reduce(0) { $0 + $1.count }
        let total = reply.counts.reduce(0) { $0 + $1.count }
        let holders = reply.minimumHeldBy.prefix(Self.named).map { "\($0.host) (\($0.state.rawValue))" }
        let others = reply.minimumHeldBy.count > holders.count ? " and others" : ""
        return "\(older) of \(total) below \(atLeast); \(min), the lowest, has "
            + holders.joined(separator: ", ") + others
    }
}
