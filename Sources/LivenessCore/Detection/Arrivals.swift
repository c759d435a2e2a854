import DequeModule

/// How far apart heartbeats came, hour by hour: what another down time would have done can be told from it.
///
/// Kept are the gaps that are long for their service, two intervals and a quarter of its down time: the many others would
/// make nobody down, whatever is tried. A gap that this daemon was blind in is none, and a service that names no
/// incarnation has none: nobody knows whether it is the same process.
package struct Arrivals: Sendable {
    /// Services that are looked at alike.
    package struct Kind: Hashable, Sendable {
        package var topic: String
        package var reportInterval: Duration
        package var downTime: Duration

        /// From which length on gaps are kept.
        package var keptFrom: Duration { Self.keptFrom(reportInterval, downTime) }

        static func keptFrom(_ reportInterval: Duration, _ downTime: Duration) -> Duration {
            max(downTime / 4, reportInterval * 2)
        }

        package init(topic: String, reportInterval: Duration, downTime: Duration) {
            self.topic = topic
            self.reportInterval = reportInterval
            self.downTime = downTime
        }
    }

    /// What is known of one kind in one hour, or in several.
    package struct Tally: Hashable, Sendable {
        /// Gaps by their bucket.
        package fileprivate(set) var gaps: [UInt16: UInt64] = [:]
        /// Services called down for silence, and those of them that beat on.
        package fileprivate(set) var deaths: UInt64 = 0
        package fileprivate(set) var mistakes: UInt64 = 0

        fileprivate mutating func merge(_ other: Tally) {
            gaps.merge(other.gaps, uniquingKeysWith: +)
            deaths += other.deaths
            mistakes += other.mistakes
        }
    }

    private struct Hour: Sendable {
        var began: Instant
        var tallies: [Kind: Tally] = [:]
    }

    private static let hour = Duration.seconds(3_600)
    /// Thirty days.
    private static let mostHours = 720
    /// Kinds in an hour at most: intervals are stated by services, and may be anything.
    private static let mostKinds = 256
    /// And of all hours.
    private static let mostTallies = 20_000
    /// Each doubling of a gap's length is cut into so many buckets: they are 1/16 wide.
    private static let bits = 4

    private var hours: Deque<Hour> = []
    /// Tallies of all hours.
    private var count = 0

    init() {}

    /// A heartbeat came `gap` after the one before.
    mutating func heard(_ kind: Kind, after gap: Duration, at now: Instant) {
        change(kind, at: now) { $0.gaps[Self.bucket(of: gap), default: 0] += 1 }
    }

    mutating func died(_ kind: Kind, at now: Instant) { change(kind, at: now) { $0.deaths += 1 } }

    mutating func lived(_ kind: Kind, at now: Instant) { change(kind, at: now) { $0.mistakes += 1 } }

    private mutating func change(_ kind: Kind, at now: Instant, _ body: (inout Tally) -> Void) {
        if hours.last.map({ now - $0.began >= Self.hour }) ?? true {
            if hours.count == Self.mostHours { count -= hours.removeFirst().tallies.count }
            hours.append(Hour(began: now))
        }
        let newest = hours.count - 1
        if hours[newest].tallies[kind] == nil {
            guard hours[newest].tallies.count < Self.mostKinds else { return }
            count += 1
            while count > Self.mostTallies, hours.count > 1 { count -= hours.removeFirst().tallies.count }
        }
        let last = hours.count - 1
        body(&hours[last].tallies[kind, default: Tally()])
    }

    /// All of the hours that had not ended at `instant`, and when the first of them began, where that was before it.
    package func tallies(since instant: Instant) -> (began: Instant, tallies: [Kind: Tally]) {
        var began = instant
        var sum: [Kind: Tally] = [:]
        for hour in hours where hour.began + Self.hour > instant {
            began = min(began, hour.began)
            for (kind, tally) in hour.tallies { sum[kind, default: Tally()].merge(tally) }
        }
        return (began, sum)
    }

    // MARK: Buckets

    /// Milliseconds below 16 each have a bucket, and from there on each sixteenth of a doubling.
    static func bucket(of gap: Duration) -> UInt16 {
        let length = UInt64(clamping: gap.clampedNanoseconds / 1_000_000)
        guard length >= 1 << bits else { return UInt16(length) }
        let exponent = 63 - length.leadingZeroBitCount
        let step = (length >> UInt64(exponent - bits)) & (1 << UInt64(bits) - 1)
        return UInt16((exponent - bits + 1) << bits | Int(step))
    }

    /// The shortest gap of a bucket, and the shortest of the one behind it.
    package static func bounds(of bucket: UInt16) -> Range<Duration> {
        start(of: Int(bucket))..<start(of: Int(bucket) + 1)
    }

    private static func start(of bucket: Int) -> Duration {
        guard bucket >= 1 << bits else { return .milliseconds(bucket) }
        let exponent = bucket >> bits - 1
        return .milliseconds((1 << bits + bucket & (1 << bits - 1)) << exponent)
    }
}
