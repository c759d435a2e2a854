internal import RollcallWire

/// What a down time would have done to services of one kind.
struct Trial: Hashable, Sendable {
    var topic: String
    var reportInterval: Double
    /// What stood, in seconds.
    var serviceDownTime: Double
    /// What is tried, but never too short for the interval.
    var tried: Double
    /// Services that died, as far as is known.
    var deaths: Int
    /// Services that were called down and lived.
    var mistakes: Int
    /// Those that would have been; nil where the gaps that tell it were not counted.
    var falseDowns: Int?

    /// How much sooner each death would have been noticed, in seconds.
    var faster: Double { serviceDownTime - tried }

    private struct Kind: Hashable {
        var topic: String
        var reportInterval: Double
        var serviceDownTime: Double
    }

    /// A down time is at least so many intervals.
    private static let leastIntervals = 2.5

    /// The trials for what was heard of each kind.
    static func all(of arrivals: [WireArrivals], at downTime: Double) -> [Trial] {
        let kinds = Dictionary(grouping: arrivals) {
            Kind(topic: $0.topic, reportInterval: $0.reportInterval, serviceDownTime: $0.serviceDownTime)
        }
        let trials = kinds.map { kind, entries in
            let tried = max(downTime, kind.reportInterval * leastIntervals)
            let mistakes = entries.reduce(0) { $0 + $1.mistakes }
            let counted = entries.map(\.countedFrom).max() ?? 0
            let long = entries.flatMap(\.gaps).filter { $0.to > tried }.reduce(0) { $0 + $1.count }
            return Trial(
                topic: kind.topic,
                reportInterval: kind.reportInterval,
                serviceDownTime: kind.serviceDownTime,
                tried: tried,
                deaths: max(0, entries.reduce(0) { $0 + $1.deaths } - mistakes),
                mistakes: mistakes,
                falseDowns: tried < counted ? nil : long
            )
        }
        return trials.sorted {
            ($0.topic, $0.reportInterval, $0.serviceDownTime) < ($1.topic, $1.reportInterval, $1.serviceDownTime)
        }
    }
}
