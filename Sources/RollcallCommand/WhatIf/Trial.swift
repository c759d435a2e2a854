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

    /// A down time is at least so many intervals.
    private static let leastIntervals = 2.5

    /// The trials for what was heard of each kind.
    static func all(of arrivals: [WireArrivals], at downTime: Double) -> [Trial] {
        let trials = arrivals.map { kind in
            let tried = max(downTime, kind.reportInterval * leastIntervals)
            let long = kind.gaps.filter { $0.to > tried }.reduce(0) { sum($0, $1.count) }
            return Trial(
                topic: kind.topic,
                reportInterval: kind.reportInterval,
                serviceDownTime: kind.serviceDownTime,
                tried: tried,
                deaths: max(0, sum(kind.deaths, -max(0, kind.mistakes))),
                mistakes: kind.mistakes,
                falseDowns: tried < kind.countedFrom ? nil : long
            )
        }
        return trials.sorted {
            ($0.topic, $0.reportInterval, $0.serviceDownTime) < ($1.topic, $1.reportInterval, $1.serviceDownTime)
        }
    }

    /// As far as a number goes: what a daemon sends is not trusted.
    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, overflows) = one.addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
