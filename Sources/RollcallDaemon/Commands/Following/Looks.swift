import UnixSignals

/// Looks at something again and again until SIGTERM or SIGINT; says what is the matter once, and when it is over.
struct Looks: Sendable {
    private let pace: Duration
    private let reasons: AsyncStream<Void>
    private let reason: AsyncStream<Void>.Continuation

    /// - Parameter pace: From one look to the next, unless there is news; one that takes longer is followed by the next
    ///   at once.
    init(every pace: Duration) {
        self.pace = pace
        (reasons, reason) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There is something to see before it is time.
    func news() {
        reason.yield()
    }

    func run(_ look: @escaping @Sendable () async throws -> Void) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask {
                while !Task.isCancelled {
                    reason.yield()
                    try? await Task.sleep(for: pace)
                }
            }
            group.addTask {
                var problem: String?
                for await _ in reasons {
                    do {
                        try await look()
                        if problem != nil { StandardStreams.complain("going on") }
                        problem = nil
                    } catch {
                        guard !Task.isCancelled else { return }
                        let words = "\(error)"
                        if words != problem { StandardStreams.complain("\(words); trying again") }
                        problem = words
                    }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
