import LivenessCore
import LivenessEngine
import Logging
import Metrics
import ServiceLifecycle

/// Tells a webhook what the log says, each row at least once and in its order.
///
/// What is not told yet is in the log and nowhere else: a receiver that is away costs no memory. One that has fallen back
/// far is told that rows were left out; what they were is in the log for whoever asks (`GET /v1/transitions`).
struct WebhookTeller: Service {
    /// Rows in one message.
    private static let largest = 500
    /// A receiver that is further behind than this is told less.
    private static let mostBehind: Int64 = 10_000
    /// How long the log is waited for, and how often a duty of another daemon is looked at.
    private static let pace = Duration.seconds(1)

    /// Makes the JSON of rows: what goes over HTTP is the server's matter.
    typealias Rendering = Outbound.Rendering

    private let hook: Webhook
    private let engine: LivenessEngine
    private let delivery: Delivery
    private let render: Rendering
    private let logger: Logger
    private let metrics: WebhookMetrics

    init(_ hook: Webhook, _ engine: LivenessEngine, _ delivery: Delivery, _ logger: Logger, render: @escaping Rendering)
    {
        self.hook = hook
        self.engine = engine
        self.delivery = delivery
        self.render = render
        var logger = logger
        logger[metadataKey: "hook"] = "\(hook.name)"
        self.logger = logger
        metrics = WebhookMetrics(hook.name)
    }

    /// Tells until graceful shutdown.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var duty = Duty(of: hook.name, engine)
            var damping = Damping()
            while true {
                try Task.checkCancellation()
                do throws(StoreError) {
                    guard try await duty.hold(), let position = duty.position else {
                        damping = Damping()
                        try? await engine.pause(Self.pace)
                        continue
                    }
                    let reached = try await tell(from: position, &damping)
                    if let reached { try await duty.note(reached) }
                } catch {
                    logger.debug("how far the log has been told could not be noted", metadata: ["error": "\(error)"])
                    try? await engine.pause(Self.pace)
                }
            }
        }
    }

    /// Tells what the log has after `position`, waiting for it for a moment; answers how far that is.
    private func tell(from position: Duty.Position, _ damping: inout Damping) async throws(StoreError) -> Duty.Position?
    {
        let answer = try await engine.transitions(
            since: position.revision,
            logID: position.logID,
            wait: Self.pace,
            limit: Self.largest
        )
        switch answer {
        case .revisionUnknown(let head):
            // Kept no longer, or of another log.
            let next = max(head.oldest - 1, head.revision - Self.mostBehind, 0)
            return skipped(to: Duty.Position(logID: head.logID, revision: next), from: position)
        case .rows(let rows, let head):
            metrics.behind.record(max(0, head.revision - position.revision))
            if head.revision - position.revision > Self.mostBehind {
                let next = Duty.Position(logID: head.logID, revision: head.revision - Self.mostBehind)
                return skipped(to: next, from: position)
            }
            let board = engine.board
            let isFlapping = { (uuid: ServiceUUID) in board.find(uuid).map { board.flapping.contains($0) } ?? false }
            let news = damping.take(rows.filter(hook.filter.takes), isFlapping: isFlapping)
            let calmed = damping.calmed(isFlapping: isFlapping).filter(hook.filter.takes)
            let end = Duty.Position(logID: head.logID, revision: rows.last?.revision ?? position.revision)
            guard await deliver(calmed + news, end) else { return nil }
            return end
        }
    }

    private func skipped(to next: Duty.Position, from position: Duty.Position) -> Duty.Position {
        let count = next.logID == position.logID ? max(0, next.revision - position.revision) : 0
        metrics.skipped.increment(by: count)
        logger.warning(
            "rows of the log are not told",
            metadata: ["from": "\(position.revision)", "to": "\(next.revision)", "log": "\(next.logID)"]
        )
        return next
    }

    /// Returns whether the receiver has it, or will never.
    private func deliver(_ rows: [Transition], _ end: Duty.Position) async -> Bool {
        guard let last = rows.last, let first = rows.first else { return true }
        guard let body = try? render(rows) else { return true }
        let message = Message(id: "\(end.logID).\(first.revision).\(last.revision).\(rows.count)", body: body)
        var patience = Patience()
        var hasFailed = false
        while !Task.isCancelled {
            let headers = message.headers(at: engine.wall(engine.now).microseconds / 1_000_000, hook.secret)
            switch await delivery.post(message.body, headers, to: hook.url) {
            case .taken:
                metrics.taken.increment()
                if hasFailed { logger.notice("the webhook answers again") }
                return true
            case .refused(let why):
                metrics.refused.increment()
                logger.error("the webhook refuses a message, which is not sent again", metadata: ["why": "\(why)"])
                return true
            case .failed(let why):
                metrics.failed.increment()
                logger.log(
                    level: hasFailed ? .debug : .warning,
                    "the webhook does not answer; what it is told waits",
                    metadata: ["why": "\(why)"]
                )
                hasFailed = true
                try? await engine.pause(patience.wait(.random(in: 0...1)))
            }
        }
        return false
    }
}
