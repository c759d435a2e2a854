import LivenessCore

/// Table `arrivals`: one row for each kind of service that a daemon heard in one stretch.
enum ArrivalRow {
    static func write(_ stretch: ArrivalStretch, to session: some SQLSession) throws {
        for (kind, tally) in stretch.tallies {
            try session.execute(
                insertion,
                [
                    stretch.id.began.stored, stretch.id.daemon.stored, kind.topic.stored, kind.reportInterval.stored,
                    kind.downTime.stored, stretch.ended.stored, tally.deaths.stored, tally.mistakes.stored,
                    text(of: tally.gaps).stored,
                ]
            )
        }
    }

    private static let insertion = SQLText { dialect in
        """
        INSERT INTO arrivals (began, daemon, topic, report_interval, down_time, ended, deaths, mistakes, gaps) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) \
        \(dialect.updating(
            ["ended", "deaths", "mistakes", "gaps"],
            ifThereIsOneOf: "began, daemon, topic, report_interval, down_time"
        ))
        """
    }

    /// Of all daemons, added up row by row: there may be many.
    static func sum(
        since: Timestamp,
        but known: Set<ArrivalStretch.ID>,
        in session: some SQLSession
    ) throws -> ArrivalSum {
        var sum = ArrivalSum()
        _ = try session.rows(newer, [since.stored], of: "arrivals") { stored in
            let id = ArrivalStretch.ID(
                daemon: try stored.text(1),
                began: try stored.time(0) ?? Timestamp(microseconds: 0)
            )
            // Nobody needs each of them: one that cannot be read is not worth the others.
            guard !known.contains(id), let gaps = gaps(in: try stored.text(7)) else { return }
            let kind = Arrivals.Kind(
                topic: try stored.text(2),
                reportInterval: try stored.interval(3),
                downTime: .microseconds(try stored.count(4))
            )
            let tally = Arrivals.Tally(gaps: gaps, deaths: try stored.count(5), mistakes: try stored.count(6))
            sum.add(id, kind, tally)
        }
        return sum
    }

    private static let newer = SQLText(
        """
        SELECT began, daemon, topic, report_interval, down_time, deaths, mistakes, gaps FROM arrivals WHERE ended > ?
        """
    )

    // MARK: Gaps

    /// `BUCKET:COUNT` and so on, in order.
    static func text(of gaps: [UInt16: Int64]) -> String {
        gaps.sorted { $0.key < $1.key }.map { "\($0):\($1)" }.joined(separator: " ")
    }

    static func gaps(in text: String) -> [UInt16: Int64]? {
        var gaps: [UInt16: Int64] = [:]
        for pair in text.split(separator: " ") {
            let parts = pair.split(separator: ":")
            guard parts.count == 2, let bucket = UInt16(parts[0]), bucket <= Arrivals.lastBucket,
                let count = Int64(parts[1]), 0...StoredNumber.largestCount ~= count
            else { return nil }
            gaps[bucket] = count
        }
        return gaps
    }

    /// From the oldest end, at most so many rows; answers how many.
    static func prune(before: Timestamp, limit: Int, in session: some SQLSession) throws -> Int {
        let last = try session.row(oldest, [limit.stored], of: "arrivals") { try $0.optionalInteger(0) }
        guard let last, let last else { return 0 }
        return try session.execute(old, [last.stored, before.stored])
    }

    private static let oldest = SQLText(
        "SELECT max(began) FROM (SELECT began FROM arrivals ORDER BY began LIMIT ?) AS oldest"
    )
    private static let old = SQLText("DELETE FROM arrivals WHERE began <= ? AND ended < ?")
}
