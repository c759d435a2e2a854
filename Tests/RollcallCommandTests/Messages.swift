import Synchronization

/// What a program says to people while it runs.
final class Messages: Sendable {
    private let stored = Mutex("")
    private let pieces: AsyncStream<Void>
    private let feed: AsyncStream<Void>.Continuation

    init() {
        (pieces, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Everything so far.
    var text: String { stored.withLock { $0 } }

    func add(_ piece: String) {
        stored.withLock { $0 += piece }
        feed.yield()
    }

    /// Waits until it has said this, or the test's time is over; there is one who waits.
    func wait(for words: String) async {
        guard !text.contains(words) else { return }
        for await _ in pieces where text.contains(words) { return }
    }
}
