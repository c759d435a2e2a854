import LivenessCore
import Metrics

/// What is measured of each topic.
///
/// Topics come from outside, and labels must not grow without bound: the first so many have series of their own, all others
/// share one.
final class TopicMetrics: Sendable {
    /// Topics with series of their own.
    private static let most = 32
    private static let other = "other"

    /// The series of one topic, all of them made at once: the rise from a series that is not there cannot be seen.
    struct Series: Sendable {
        private struct Change: Hashable {
            var to: LivenessState
            var reason: String
        }

        let services: [LivenessState: Gauge]
        let detectionDelay: Timer
        let detectionTime: Timer
        let mistakes: Counter
        let mistakeDuration: Timer
        private let transitions: [Change: Counter]

        init(_ topic: String) {
            let label = [("topic", topic)]
            services = Dictionary(
                uniqueKeysWithValues: LivenessState.allCases.map {
                    ($0, Gauge(label: "rollcall_topic_services", dimensions: label + [("state", $0.word)]))
                }
            )
            detectionDelay = Timer(label: "rollcall_detection_delay_seconds", dimensions: label)
            detectionTime = Timer(label: "rollcall_detection_time_seconds", dimensions: label)
            mistakes = Counter(label: "rollcall_mistakes_total", dimensions: label)
            mistakeDuration = Timer(label: "rollcall_mistake_duration_seconds", dimensions: label)
            let changes = Reason.allCases.filter { !$0.isLocalOpinion }.map {
                Change(to: $0.state, reason: $0.word)
            }
            transitions = Dictionary(
                uniqueKeysWithValues: changes.map { change in
                    let labels = label + [("to", change.to.word), ("reason", change.reason)]
                    return (change, Counter(label: "rollcall_transitions_total", dimensions: labels))
                }
            )
        }

        func changed(to state: LivenessState, _ reason: String) {
            transitions[Change(to: state, reason: reason)]?.increment()
        }
    }

    private let all = Locked<[String: Series]>([:])

    /// - Parameter topics: Those that have series of their own in any case, the first ones of them.
    init(_ topics: [String] = []) {
        for topic in topics.prefix(Self.most) { _ = named(topic) }
    }

    /// The series of a topic, or those that the topics beyond the bound share.
    subscript(topic: String) -> Series { named(topic).series }

    private func named(_ topic: String) -> (name: String, series: Series) {
        all.withLock { all in
            let name = all[topic] != nil || all.count < Self.most ? topic : Self.other
            if let known = all[name] { return (name, known) }
            let made = Series(name)
            all[name] = made
            return (name, made)
        }
    }

    /// Rows that this daemon wrote into the log.
    func recorded(_ rows: [Transition]) {
        for row in rows where row.kind == .state {
            if let to = row.to { self[row.topic].changed(to: to, row.reason) }
        }
    }

    func judged(_ judgements: [Judgement]) {
        for judgement in judgements {
            switch judgement {
            case .down(let topic, let delay, let silence):
                self[topic].detectionDelay.recordNanoseconds(delay.clampedNanoseconds)
                self[topic].detectionTime.recordNanoseconds(silence.clampedNanoseconds)
            case .mistaken(let topic, let lasted):
                self[topic].mistakes.increment()
                self[topic].mistakeDuration.recordNanoseconds(lasted.clampedNanoseconds)
            }
        }
    }

    /// How many services of each topic are in each state; whose topic is not among them has none.
    func count(_ counts: [String: [LivenessState: Int]]) {
        var sums: [String: [LivenessState: Int]] = [:]
        // Those with the most services first, so that not chance decides who has series of their own.
        let order = counts.sorted { one, other in
            let (first, second) = (one.value.values.reduce(0, +), other.value.values.reduce(0, +))
            return first == second ? one.key < other.key : first > second
        }
        for (topic, states) in order {
            sums[named(topic).name, default: [:]].merge(states, uniquingKeysWith: +)
        }
        for (name, series) in all.withLock({ $0 }) {
            for (state, gauge) in series.services { gauge.record(sums[name]?[state] ?? 0) }
        }
    }
}
