import LivenessCore
import LivenessEngine
import RollcallWire

/// Writes the answers to heartbeats.
struct HeartbeatReplyWriter {
    /// The most bytes that stand before the names in an answer, and behind them.
    private static let indexSize = 64
    private static let answerSize = 384
    /// About as many bytes as an answer with its names has.
    private static let typicalSize = 320

    private var writer: JSONWriter
    private var jitter = Jitter()

    private init(capacity: Int) {
        writer = JSONWriter(capacity: capacity)
    }

    /// The reply to `POST /v1/heartbeats`.
    static func render(_ batch: HeartbeatBatch, _ reply: Intake.Reply) -> [UInt8] {
        let answered = reply.answers.reduce(into: 0) { if $1 != nil { $0 += 1 } }
        var renderer = HeartbeatReplyWriter(capacity: answered * typicalSize + answerSize)
        renderer.render(batch, reply)
        return renderer.writer.bytes
    }

    /// The reply to a single heartbeat that was accepted.
    static func renderOne(_ batch: HeartbeatBatch, _ reply: Intake.Reply) -> [UInt8]? {
        guard let answer = reply.answers.first ?? nil, let entry = batch.entries.first else { return nil }
        var renderer = HeartbeatReplyWriter(capacity: typicalSize + answerSize)
        renderer.answer(0, entry, answer, batch)
        return renderer.writer.bytes
    }

    private mutating func render(_ batch: HeartbeatBatch, _ reply: Intake.Reply) {
        var accepted: UInt64 = 0
        var rejected: [(Int, Rejection)] = []
        for (position, outcome) in reply.outcomes.enumerated() {
            if case .rejected(let rejection) = outcome.kind {
                rejected.append((position, rejection))
            } else {
                accepted += 1
            }
        }
        writer.raw("{\"accepted\":")
        writer.integer(accepted)
        writer.raw(",\"services\":[")
        var isFirst = true
        for position in reply.answers.indices {
            guard let answer = reply.answers[position] else { continue }
            if isFirst { isFirst = false } else { writer.raw(",") }
            self.answer(position, batch.entries[position], answer, batch)
        }
        writer.raw("],\"rejected\":[")
        isFirst = true
        for (position, rejection) in rejected {
            if isFirst { isFirst = false } else { writer.raw(",") }
            writer.raw("{\"index\":")
            writer.integer(UInt64(position))
            writer.raw(",\"code\":")
            writer.word(rejection.code)
            writer.raw(",\"message\":")
            writer.text(batch.flawMessage(at: position) ?? rejection.message)
            writer.raw("}")
        }
        writer.raw("]}")
    }

    private mutating func answer(
        _ position: Int,
        _ entry: HeartbeatBatch.Entry,
        _ answer: HeartbeatAnswer,
        _ batch: HeartbeatBatch
    ) {
        let bytes = batch.bytes.span
        writer.block(Self.indexSize) { output in
            output.raw("{\"index\":")
            output.integer(UInt64(position))
            output.raw(",\"host\":")
        }
        writer.text(bytes.extracting(entry.host.range))
        writer.raw(",\"binary\":")
        writer.text(bytes.extracting(entry.binary.range))
        writer.raw(",\"worker\":")
        writer.text(bytes.extracting(entry.worker.range))
        let interval = answer.reportInterval.clampedNanoseconds / 1_000
        let next = jitter.spread(interval)
        // Of a deadline nobody needs more than the millisecond.
        let deadline = answer.deadlineIn.clampedNanoseconds / 1_000_000 * 1_000
        writer.block(Self.answerSize) { output in
            output.raw(",\"uuid\":")
            output.uuid(answer.uuid)
            output.raw(",\"incarnation_number\":")
            if answer.incarnationNumber > 0 { output.integer(answer.incarnationNumber) } else { output.raw("null") }
            output.raw(",\"state\":")
            output.word(answer.verdict.state.word)
            output.raw(",\"state_reason\":")
            output.word(answer.verdict.reason.word)
            output.raw(answer.isDisabled ? ",\"status\":\"disabled\"" : ",\"status\":\"enabled\"")
            output.raw(",\"report_interval\":")
            output.seconds(microseconds: interval)
            output.raw(",\"next_report_in\":")
            output.seconds(microseconds: next)
            output.raw(",\"deadline_in\":")
            output.seconds(microseconds: deadline)
            output.raw("}")
        }
    }
}
