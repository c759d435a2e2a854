package import LivenessCore
import Logging
import Metrics

/// Heartbeats in, answers out: renewals at once, everything else by way of the store.
package struct Intake: Sendable {
    /// What became of a batch.
    ///
    /// `outcomes` has one element per entry of the batch and none of them is `pending`.
    package struct Reply: Sendable {
        package var outcomes: [HeartbeatOutcome]
        /// What to tell the services, aligned with `outcomes`; empty when none was asked for.
        ///
        /// Rejected entries have nil.
        package var answers: [HeartbeatAnswer?]
        /// The back end counts as lost: the heartbeats were counted here, and the reporter should go elsewhere.
        package var isBackendLost: Bool
    }

    package enum AnswerScope: Sendable {
        case all
        /// Only for services whose state, status or interval changed.
        case news
    }

    /// A batch that has met the roster.
    package struct Meeting: Sendable {
        fileprivate var outcomes: [HeartbeatOutcome]
        /// Those that the store decides, by position.
        fileprivate var pending: [Int]
        /// nil when nothing is pending.
        fileprivate var answer: HeldAnswer?
        fileprivate var isBackendLost: Bool

        /// Whether nothing is left but to answer.
        package var isSettled: Bool { pending.isEmpty && !isBackendLost }
    }

    /// Entries handled under one hold of the lock.
    private static let slice = 256

    let shared: SharedMachine
    let registrar: Registrar
    let metrics: EngineMetrics
    /// For sealing the batches that come here.
    package let hasher: NameHasher

    /// Takes in a sealed batch, and lets the store decide what is more than a renewal.
    package func receive(_ batch: HeartbeatBatch, answering scope: AnswerScope = .all) async -> Reply {
        await settle(meet(batch), of: batch, answering: scope)
    }

    /// Takes a sealed batch to the roster.
    ///
    /// What is not settled by that is to be settled: until then, or until the meeting is dropped, the services that
    /// wait for the store's word are not called down.
    package func meet(_ batch: HeartbeatBatch) -> Meeting {
        var outcomes: [HeartbeatOutcome] = []
        outcomes.reserveCapacity(batch.count)
        var isBackendLost = false
        for range in (0..<batch.count).slices(of: Self.slice) {
            isBackendLost = apply(batch, range, at: shared.time.now, to: &outcomes)
        }
        let pending = outcomes.indices.filter { outcomes[$0].kind == .pending }
        var answer: HeldAnswer?
        if pending.isEmpty {
            shared.publishSoon()
        } else {
            answer = HeldAnswer(shared)
            answer?.hold(outcomes)
        }
        metrics.received.increment(by: Int64(batch.count))
        count(outcomes)
        return Meeting(outcomes: outcomes, pending: pending, answer: answer, isBackendLost: isBackendLost)
    }

    /// Asks the store about what is pending, and answers.
    package func settle(
        _ meeting: Meeting,
        of batch: HeartbeatBatch,
        answering scope: AnswerScope = .all
    ) async -> Reply {
        guard let answer = meeting.answer else { return reply(meeting, answering: scope) }
        var outcomes = meeting.outcomes
        for range in meeting.pending.indices.slices(of: Registrar.batch) {
            let positions = meeting.pending[range]
            await registrar.admit(batch, positions, into: &outcomes)
            answer.hold(positions.lazy.map { outcomes[$0] })
        }
        answer.give(outcomes)
        shared.publish()
        count(meeting.pending.map { outcomes[$0] })
        return reply(outcomes, meeting.isBackendLost, scope)
    }

    /// Answers what the roster alone has settled.
    package func reply(_ meeting: Meeting, answering scope: AnswerScope) -> Reply {
        reply(meeting.outcomes, meeting.isBackendLost, scope)
    }

    private func reply(_ outcomes: [HeartbeatOutcome], _ isBackendLost: Bool, _ scope: AnswerScope) -> Reply {
        Reply(outcomes: outcomes, answers: answers(outcomes, scope), isBackendLost: isBackendLost)
    }

    /// Takes in heartbeats that name their services by number; those `pending` count only when they come as whole ones.
    ///
    /// - Parameters:
    ///   - beats: The heartbeats.
    ///   - mayReport: Whether the sender of the beat at a position may beat for a host and a binary.
    /// - Returns: One outcome for each, and answers to those who asked for one.
    package func receive(
        _ beats: [NumberedHeartbeat],
        mayReport: (_ position: Int, _ host: ArraySlice<UInt8>, _ binary: ArraySlice<UInt8>) -> Bool
    ) -> Reply {
        var outcomes: [HeartbeatOutcome] = []
        outcomes.reserveCapacity(beats.count)
        var isBackendLost = false
        for range in beats.indices.slices(of: Self.slice) {
            let now = shared.time.now
            isBackendLost = shared.withLock { machine in
                machine.heartbeatsReceived(beats, range, at: now, outcomes: &outcomes, mayReport: mayReport)
                return machine.isBackendLost
            }
        }
        shared.publishSoon()
        metrics.received.increment(by: Int64(beats.count))
        count(outcomes)
        let isAsked = beats.contains(where: \.isAnswered)
        return Reply(
            outcomes: outcomes,
            answers: isAsked ? answers(outcomes, .all) : [],
            isBackendLost: isBackendLost
        )
    }

    private func apply(
        _ batch: HeartbeatBatch,
        _ range: Range<Int>,
        at now: Instant,
        to outcomes: inout [HeartbeatOutcome]
    ) -> Bool {
        shared.withLock { machine in
            machine.heartbeatsReceived(batch, range, at: now, outcomes: &outcomes)
            return machine.isBackendLost
        }
    }

    private func answers(_ outcomes: [HeartbeatOutcome], _ scope: AnswerScope) -> [HeartbeatAnswer?] {
        var answers: [HeartbeatAnswer?] = []
        answers.reserveCapacity(outcomes.count)
        let now = shared.time.now
        for range in outcomes.indices.slices(of: Self.slice) {
            answers += shared.withLock { machine in
                outcomes[range].map { outcome in
                    guard outcome.service != HeartbeatOutcome.noService else { return nil }
                    if case .rejected = outcome.kind { return nil }
                    if scope == .news, !outcome.isNews { return nil }
                    return machine.answer(outcome.service, at: now)
                }
            }
        }
        return answers
    }

    private func count(_ outcomes: [HeartbeatOutcome]) {
        var renewed: Int64 = 0
        var repeated: Int64 = 0
        for outcome in outcomes {
            switch outcome.kind {
            case .renewed: renewed += 1
            case .repeated: repeated += 1
            case .rejected(let why): metrics.rejected(why)
            case .pending: break
            }
        }
        if renewed > 0 { metrics.heartbeats.increment(by: renewed) }
        if repeated > 0 { metrics.repeated.increment(by: repeated) }
    }
}
