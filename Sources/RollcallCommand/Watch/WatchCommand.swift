internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

/// The verb `watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show what happens, as it happens.",
        discussion: """
            Begins with what happens next, or after a revision seen before. JSON is one object a line. Goes on until \
            it is interrupted.

            EXAMPLES
              rollcall watch
              rollcall watch --since 1200 -f json
            """
    )

    @Option(help: ArgumentHelp("Begin after this revision; 0 is before the first.", valueName: "revision"))
    var since: Int64?

    @Option(help: ArgumentHelp("End after this many entries.", valueName: "number"))
    var count: Int?

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
    }

    /// How long a daemon may hold each question.
    private static let patience = Duration.seconds(30)

    /// Daemons of one database agree within about half a second.
    private static let pauseForLaggard = Duration.milliseconds(500)

    func run() async throws {
        let client = try endpoints.client()
        var logID: String?
        var position: Int64
        if let since {
            position = since
        } else {
            (position, logID) = try await newest(client)
        }
        var shown = 0
        while true {
            let reply: TransitionsReply
            do {
                reply = try await retrying {
                    try await client.transitions(since: position, of: logID, wait: Self.patience)
                }
            } catch let error as ClientError where error.error?.code == .revisionUnknown && logID != nil {
                // Another daemon than before may not have read as far yet; it will.
                if let log = error.error.flatMap(RevisionUnknown.init), log.logID == logID, log.newest < position {
                    try await Task.sleep(for: Self.pauseForLaggard)
                    continue
                }
                Console.current.explain(
                    "the log does not hold revision \(position) any more: going on with what is new"
                )
                (position, logID) = try await newest(client)
                continue
            }
            logID = reply.logID
            for transition in reply.transitions {
                try output.show(
                    [transition],
                    of: TransitionColumns.all,
                    byDefault: TransitionColumns.watch,
                    as: .series(isFirst: shown == 0)
                )
                shown += 1
                if shown == count { return }
            }
            position = max(reply.revision, reply.transitions.last?.revision ?? position)
        }
    }

    /// The newest revision, and the log it is of.
    private func newest(_ client: RollcallClient) async throws -> (Int64, String?) {
        var query = ServiceQuery()
        query.limit = 1
        let reply = try await retrying { try await client.services(query) }
        return (reply.revision, reply.logID)
    }
}
