/// How far apart heartbeats came: what another down time would have done can be told from it.
///
/// Kept are the gaps that are long for their service, two intervals and a quarter of its down time: the many others would
/// make nobody down, whatever is tried. A gap that this daemon was blind in is none, and a service that names no
/// incarnation has none: nobody knows whether it is the same process.
package struct Arrivals: Hashable, Sendable {
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

    /// What is known of one kind.
    package struct Tally: Hashable, Sendable {
        /// Gaps by their bucket.
        package var gaps: [UInt16: Int64]
        /// Services called down for silence, and those of them that beat on.
        package var deaths: Int64
        package var mistakes: Int64

        package init(gaps: [UInt16: Int64] = [:], deaths: Int64 = 0, mistakes: Int64 = 0) {
            self.gaps = gaps
            self.deaths = deaths
            self.mistakes = mistakes
        }

        fileprivate mutating func merge(_ other: Tally) {
            gaps.merge(other.gaps, uniquingKeysWith: Self.sum)
            deaths = Self.sum(deaths, other.deaths)
            mistakes = Self.sum(mistakes, other.mistakes)
        }

        /// No more than a number in JSON holds.
        private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
            let (sum, overflows) = one.addingReportingOverflow(other)
            return overflows ? (1 << 53) - 1 : min(sum, (1 << 53) - 1)
        }
    }

    /// Kinds at most: intervals are stated by services, and may be anything.
    package static let mostKinds = 64
    /// Each doubling of a gap's length is cut into so many buckets: they are 1/16 wide.
    private static let bits = 4

    package private(set) var tallies: [Kind: Tally] = [:]

    package init() {}

    /// A heartbeat came `gap` after the one before.
    mutating func heard(_ kind: Kind, after gap: Duration) {
        change(kind) { $0.gaps[Self.bucket(of: gap), default: 0] += 1 }
    }

    mutating func died(_ kind: Kind) { change(kind) { $0.deaths += 1 } }

    mutating func lived(_ kind: Kind) { change(kind) { $0.mistakes += 1 } }

    /// There are services of that kind, also where nothing happens to them.
    mutating func note(_ kind: Kind) { change(kind) { _ in } }

    /// Adds what was heard elsewhere or at another time.
    package mutating func add(_ kind: Kind, _ tally: Tally) { change(kind) { $0.merge(tally) } }

    private mutating func change(_ kind: Kind, _ body: (inout Tally) -> Void) {
        guard tallies[kind] != nil || tallies.count < Self.mostKinds else { return }
        body(&tallies[kind, default: Tally()])
    }

    // MARK: Buckets

    /// Milliseconds below 16 each have a bucket, and from there on each sixteenth of a doubling.
    package static func bucket(of gap: Duration) -> UInt16 {
        let length = UInt64(clamping: gap.clampedNanoseconds / 1_000_000)
        guard length >= 1 << bits else { return UInt16(length) }
        let exponent = 63 - length.leadingZeroBitCount
        let step = (length >> UInt64(exponent - bits)) & (1 << UInt64(bits) - 1)
        return UInt16((exponent - bits + 1) << bits | Int(step))
    }

    /// That of the longest gap there can be.
    package static let lastBucket = bucket(of: .seconds(Int64.max))

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
