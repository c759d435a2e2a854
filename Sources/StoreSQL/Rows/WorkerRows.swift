import LivenessCore

/// What a flush says of the workers of services that have several: in `service_incarnations`, and the version in
/// `services`.
enum WorkerRows {
    /// The services with a renewal that touched nobody, and those that have another version now.
    struct Outcome {
        var untouched: Set<Int64> = []
        var revised: Set<Int64> = []
    }

    static func renew(_ flush: HeartbeatFlush, _ downTimes: DownTimes, in session: some SQLSession) throws -> Outcome {
        var outcome = Outcome()
        for (id, beats) in Dictionary(grouping: flush.workers, by: \.serviceID).sorted(by: { $0.key < $1.key }) {
            guard let service = try service(id, downTimes, in: session) else {
                outcome.untouched.insert(id)
                continue
            }
            let before = try IncarnationRow.all(of: id, in: session)
            var after = before
            let finding = after.renew(beats, downTime: service.downTime, at: flush.at)
            for (old, new) in zip(before, after) where old != new { try IncarnationRow.renew(new, in: session) }
            if finding.hasUntouched { outcome.untouched.insert(id) }
            if let version = finding.version, version != service.version {
                try session.execute(revision, [version.stored, id.stored])
                outcome.revised.insert(id)
            }
        }
        return outcome
    }

    /// nil when there is no such service, or when it is deleted.
    private static func service(
        _ id: Int64,
        _ downTimes: DownTimes,
        in session: some SQLSession
    ) throws -> (downTime: Duration, version: Int32)? {
        try session.row(service, [id.stored], of: "services") { stored in
            let downTime = downTimes.downTime(topic: try stored.text(0), reportInterval: try stored.interval(1))
            return (downTime, try stored.small(2))
        }
    }

    private static let service = SQLText {
        "SELECT topic, report_interval, version FROM services WHERE id = ? AND deleted = 0\($0.keepingRows)"
    }

    private static let revision = SQLText("UPDATE services SET version = ? WHERE id = ?")
}
