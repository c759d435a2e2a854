import DequeModule

/// How far apart heartbeats came, hour by hour: what another down time would have done can be told from it.
///
/// Kept are the gaps that are long for their service, a quarter of its down time and more: the many others would make
/// nobody down. A gap that this daemon was blind in is none.
package struct Arrivals: Sendable {
    /// Services that are looked at alike.
    package struct Kind: Hashable, Sendable {
        package var topic: String
        package var reportInterval: Duration
        package var downTime: Duration

        /// From which length on gaps are kept.
        package var keptFrom: Duration { downTime / 4 }

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
    /// Each doubling of a gap's length is cut into so many buckets: they are 1/16 wide.
    private static let bits = 4

    private var hours: Deque<Hour> = []

    init() {}

    /// A heartbeat came `gap` after the one before.
    mutating func heard(_ kind: Kind, after gap: Duration, at now: Instant) {
        change(kind, at: now) { $0.gaps[Self.bucket(of: gap), default: 0] += 1 }
    }

    mutating func died(_ kind: Kind, at now: Instant) { change(kind, at: now) { $0.deaths += 1 } }

    mutating func lived(_ kind: Kind, at now: Instant) { change(kind, at: now) { $0.mistakes += 1 } }

    private mutating func change(_ kind: Kind, at now: Instant, _ body: (inout Tally) -> Void) {
        if hours.last.map({ now - $0.began >= Self.hour }) ?? true {
            if hours.count == Self.mostHours { hours.removeFirst() }
            hours.append(Hour(began: now))
        }
        let last = hours.count - 1
        guard hours[last].tallies.count < Self.mostKinds || hours[last].tallies[kind] != nil else { return }
        body(&hours[last].tallies[kind, default: Tally()])
    }

    /// All of the hours that had not ended at `instant`.
    package func tallies(since instant: Instant) -> [Kind: Tally] {
        var sum: [Kind: Tally] = [:]
        for hour in hours where hour.began + Self.hour > instant {
            for (kind, tally) in hour.tallies { sum[kind, default: Tally()].merge(tally) }
        }
        return sum
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
