internal import RollcallWire

/// What one check of an upgrade came to.
struct UpgradeFinding: Sendable {
    /// The raw value is the exit status.
    enum Result: Int32, Comparable, Sendable {
        case success = 0
        case warning = 1
        case failure = 2

        var word: String {
            switch self {
            case .success: "Success"
            case .warning: "Warning"
            case .failure: "Failure"
            }
        }

        static func < (one: Result, other: Result) -> Bool { one.rawValue < other.rawValue }
    }

    /// Those that are named when there are more.
    static let named = 3
    /// A daemon that was not seen for so long before the one seen last does not count.
    private static let memory: Int64 = 86_400_000_000

    var check: String
    var result: Result
    var details: String

    /// Whether the daemons are of one release; of two neighbours they may be for a while.
    init(releasesOf daemons: [WireDaemon]) {
        check = "releases of the daemons"
        let counted = Self.counted(daemons)
        let releases = Set(counted.map { Int64($0.release) })
        guard let least = releases.compactMap({ $0 }).min(), let most = releases.compactMap({ $0 }).max(),
            !releases.contains(nil)
        else {
            (result, details) = (.warning, counted.isEmpty ? "no daemon counts" : "a release is no number")
            return
        }
        if least == most {
            (result, details) = (.success, "\(counted.count) of release \(most)")
            return
        }
        result = least &+ 1 == most ? .warning : .failure
        let older = counted.filter { $0.release != "\(most)" }.map { "\($0.id) on \($0.host) is of \($0.release)" }
        details = "\(counted.count - older.count) of release \(most); " + Self.list(older)
    }

    /// Whether the daemons that count have seen the end of a change of the schema.
    init(phasesOf daemons: [WireDaemon]) {
        check = "phase of the schema"
        let counted = Self.counted(daemons)
        let others = counted.filter { $0.phaseSeen != "new" }
        if others.isEmpty {
            (result, details) = counted.isEmpty ? (.warning, "no daemon counts") : (.success, "new")
        } else {
            result = .warning
            details =
                Self.list(others.map { "\($0.id) on \($0.host) has seen \($0.phaseSeen)" })
                + ": rollcalld db check says what is next"
        }
    }

    /// Whether the records of a program are all of one version, or of none before `atLeast`.
    init(versions reply: VersionsReply, atLeast: Int64?) {
        check = "versions of \(reply.binary)"
        guard let least = reply.min, let most = reply.max else {
            (result, details) = (.warning, "no record is counted")
            return
        }
        let wanted = atLeast ?? most
        if least >= wanted {
            (result, details) = (.success, least == most ? "all \(most)" : "\(least) to \(most)")
            if reply.isDegraded {
                (result, details) = (.warning, details + ", and the daemon does not see what others write")
            }
            return
        }
        result = atLeast == nil ? .warning : .failure
        let older = reply.counts.filter { $0.version < wanted }.reduce(0) { $0 &+ $1.count }
        let total = reply.counts.reduce(0) { $0 &+ $1.count }
        let holders = reply.minimumHeldBy.map { holder in
            "\(holder.host) (\(holder.state.rawValue)\(holder.since.map { " since \($0)" } ?? ""))"
        }
        details = "\(older) of \(total) below \(wanted); \(least), the lowest, has " + Self.list(holders)
    }

    private static func counted(_ daemons: [WireDaemon]) -> [WireDaemon] {
        guard let last = daemons.compactMap(\.lastSeen).max() else { return [] }
        let oldest = WireTime(microseconds: last.microseconds &- memory)
        return daemons.filter { daemon in
            guard let seen = daemon.lastSeen else { return false }
            return daemon.leftAt == nil && daemon.retiredAt == nil && seen >= oldest
        }
    }

    private static func list(_ texts: [String]) -> String {
        texts.prefix(named).joined(separator: ", ") + (texts.count > named ? " and others" : "")
    }
}
