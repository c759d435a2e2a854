import LivenessCore

/// Table `arrivals`: one row for each kind of service that a daemon heard in one stretch.
enum ArrivalRow {
    static func write(_ stretch: ArrivalStretch, to session: some SQLSession) throws {
        for (kind, tally) in stretch.tallies {
            try session.execute(
                insertion,
                [
                    stretch.began.stored, stretch.daemon.stored, kind.topic.stored, kind.reportInterval.stored,
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

    /// Of all daemons, by the moment each stretch began.
    static func stretches(since: Timestamp, in session: some SQLSession) throws -> [ArrivalStretch] {
        var stretches: [ArrivalStretch] = []
        _ = try session.rows(newer, [since.stored], of: "arrivals") { stored in
            let row = try read(stored)
            if let last = stretches.last, last.daemon == row.daemon, last.began == row.began {
                stretches[stretches.count - 1].ended = max(last.ended, row.ended)
                stretches[stretches.count - 1].tallies.merge(row.tallies) { $1 }
            } else {
                stretches.append(row)
            }
        }
        return stretches
    }

    private static let newer = SQLText(
        """
        SELECT began, daemon, topic, report_interval, down_time, ended, deaths, mistakes, gaps FROM arrivals \
        WHERE ended > ? ORDER BY began, daemon
        """
    )

    private static func read(_ stored: StoredRow<some SQLColumns>) throws -> ArrivalStretch {
        let began = try stored.time(0) ?? Timestamp(microseconds: 0)
        let kind = Arrivals.Kind(
            topic: try stored.text(2),
            reportInterval: try stored.interval(3),
            downTime: .microseconds(try stored.count(4))
        )
        let text = try stored.text(8)
        guard let gaps = gaps(in: text) else {
            throw StoreError(.corrupt, "arrivals row \(began.microseconds): \"\(text.prefix(64))\" are no gaps")
        }
        let tally = Arrivals.Tally(gaps: gaps, deaths: try stored.count(6), mistakes: try stored.count(7))
        return ArrivalStretch(
            daemon: try stored.text(1),
            began: began,
            ended: try stored.time(5) ?? began,
            tallies: [kind: tally]
        )
    }

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
