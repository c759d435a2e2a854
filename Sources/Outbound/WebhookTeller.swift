import LivenessCore
import LivenessEngine
import Logging
import Metrics
import ServiceLifecycle

/// Tells a webhook what the log says, each row at least once.
///
/// What is not told yet is in the log and nowhere else: a receiver that is away costs no memory. One that has fallen back
/// far is not told all; what it was not is in the log for whoever asks (`GET /v1/transitions`).
struct WebhookTeller: Service {
    /// Rows in one message.
    private static let largest = 500
    /// How long the log is waited for, and how often a duty of another daemon is looked at.
    private static let pace = Duration.seconds(1)
    /// How long a receiver may keep a daemon from its end, whose own last acts come after this.
    private static let lastWords = Duration.seconds(2)

    private let hook: Webhook
    private let engine: LivenessEngine
    private let delivery: Delivery
    private let render: Outbound.Rendering
    private let logger: Logger
    private let metrics: WebhookMetrics

    init(
        _ hook: Webhook,
        _ engine: LivenessEngine,
        _ delivery: Delivery,
        _ logger: Logger,
        render: @escaping Outbound.Rendering
    ) {
        self.hook = hook
        self.engine = engine
        self.delivery = delivery
        self.render = render
        var logger = logger
        logger[metadataKey: "hook"] = "\(hook.name)"
        self.logger = logger
        metrics = WebhookMetrics(hook.name)
    }

    /// Tells until graceful shutdown, and then what was held back.
    func run() async throws {
        let end = await cancelWhenGracefulShutdown { await tellOn() }
        guard end.isOurs, !end.rest.isEmpty, let message = message(of: end.rest, end.logID) else { return }
        _ = await post(message, within: Self.lastWords)
    }

    private func tellOn() async -> (isOurs: Bool, rest: [Transition], logID: String) {
        var duty = Duty(of: hook.name, engine)
        var telling = Telling(hook.filter)
        var hasFailed = false
        while !Task.isCancelled {
            do throws(StoreError) {
                guard try await duty.hold(), let position = duty.position else {
                    telling = Telling(hook.filter)
                    metrics.behind.record(0)
                    try? await engine.sleep(for: Self.pace)
                    continue
                }
                if let reached = try await tell(from: position, &telling) { try await duty.note(reached) }
                hasFailed = false
            } catch {
                guard !Task.isCancelled else { break }
                logger.log(
                    level: hasFailed ? .debug : .warning,
                    "how far the log has been told could not be read or noted",
                    metadata: ["error": "\(error)"]
                )
                hasFailed = true
                try? await engine.sleep(for: Self.pace)
            }
        }
        return (duty.position != nil, telling.rest(), duty.position?.logID ?? "")
    }

    /// Tells what the log has after `position`, waiting for it for a moment; answers how far it has been told.
    private func tell(
        from position: Duty.Position,
        _ telling: inout Telling
    ) async throws(StoreError) -> Duty.Position? {
        note(position)
        let answer = try await engine.transitions(
            since: position.revision,
            logID: position.logID,
            wait: Self.pace,
            limit: Self.largest
        )
        let board = engine.board
        let step = telling.step(from: position, answer) { uuid in
            board.find(uuid).map { board.flapping.contains($0) } ?? false
        }
        switch step {
        case .tell(let rows, let end):
            var wasAway = false
            for start in stride(from: 0, to: rows.count, by: Self.largest) {
                let part = Array(rows[start..<min(start + Self.largest, rows.count)])
                guard let message = message(of: part, position.logID) else { continue }
                guard let tries = await deliver(message, from: position) else { return nil }
                wasAway = wasAway || tries > 1
            }
            telling.receiverAnswered(wasAway: wasAway)
            return end
        case .skip(let next):
            let isSameLog = next.logID == position.logID
            metrics.skipped.increment(by: isSameLog ? next.revision - position.revision : 0)
            logger.warning(
                "rows of the log are not told",
                metadata: ["from": "\(position.text)", "to": "\(next.text)"]
            )
            return next
        case .wait:
            try? await engine.sleep(for: Self.pace)
            return nil
        }
    }

    /// Shows how far the receiver is behind.
    private func note(_ position: Duty.Position) {
        let head = engine.board.head
        metrics.behind.record(head.logID == position.logID ? max(0, head.revision - position.revision) : 0)
    }

    private func message(of rows: [Transition], _ logID: String) -> Message? {
        guard let last = rows.last, let first = rows.first else { return nil }
        do {
            let body = try render(rows)
            return Message(id: "\(logID).\(first.revision).\(last.revision).\(rows.count)", body: body)
        } catch {
            logger.error("rows could not be rendered and are not told", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func post(_ message: Message, within limit: Duration = Delivery.longest) async -> Delivery.Outcome {
        let headers = message.headers(at: engine.wall(engine.now).microseconds / 1_000_000, hook.secret)
        return await delivery.post(message.body, headers, to: hook.url, within: limit)
    }

    /// Tries until the receiver has it, or will never; answers how many tries that took, nil when it was given up.
    private func deliver(_ message: Message, from position: Duty.Position) async -> Int? {
        var patience = Patience()
        var tries = 0
        while !Task.isCancelled {
            tries += 1
            switch await post(message) {
            case .taken:
                metrics.taken.increment()
                if tries > 1 { logger.notice("the webhook answers again") }
                return tries
            case .refused(let why):
                metrics.refused.increment()
                logger.error("the webhook refuses a message, which is not sent again", metadata: ["why": "\(why)"])
                return tries
            case .failed(let why):
                metrics.failed.increment()
                note(position)
                logger.log(
                    level: tries > 1 ? .debug : .warning,
                    "the webhook does not answer; what it is told waits",
                    metadata: ["why": "\(why)"]
                )
                try? await engine.sleep(for: patience.wait(.random(in: 0...1)))
            }
        }
        return nil
    }
}

extension WebhookTeller: CustomStringConvertible {
    var description: String { "WebhookTeller(\(hook.name))" }
}
