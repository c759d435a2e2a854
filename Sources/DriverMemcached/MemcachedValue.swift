import LivenessCore

/// What stands under a service's key: `1 INCARNATION SEQUENCE VERSION REPORT_INTERVAL OWNER`.
///
/// `INCARNATION` is `*` where the service uses none. `SEQUENCE` is the service's own, or, where it states none, `+` and a
/// number that the owner raises with each write, so that the value shows that it was written anew. `REPORT_INTERVAL` is
/// in seconds. `OWNER` is the rest of the value: the id of the daemon that heard it.
struct MemcachedValue: Hashable, Sendable {
    enum Sequence: Hashable, Sendable {
        case stated(UInt64)
        case written(Int64)
    }

    var incarnation: String?
    var sequence: Sequence
    var version: Int32
    var reportInterval: Duration
    var owner: String

    init(incarnation: String?, sequence: Sequence, version: Int32, reportInterval: Duration, owner: String) {
        self.incarnation = incarnation
        self.sequence = sequence
        self.version = version
        self.reportInterval = reportInterval
        self.owner = owner
    }

    /// nil for what is no such value: of a later version, or of somebody else.
    init?(_ text: String) {
        let fields = text.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
        guard fields.count == 6, fields[0] == "1", let version = Int32(fields[3]), version >= 0,
            let seconds = Double(fields[4]), seconds >= 0, seconds <= 3_600, !fields[5].isEmpty, !fields[1].isEmpty
        else { return nil }
        if fields[2].first == "+" {
            guard let number = Int64(fields[2].dropFirst()) else { return nil }
            sequence = .written(number)
        } else {
            guard let number = UInt64(fields[2]) else { return nil }
            sequence = .stated(number)
        }
        incarnation = fields[1] == "*" ? nil : String(fields[1])
        self.version = version
        reportInterval = .microseconds(Int64((seconds * 1_000_000).rounded()))
        owner = String(fields[5])
    }

    var text: String {
        let sequence =
            switch sequence {
            case .stated(let number): String(number)
            case .written(let number): "+\(number)"
            }
        return "1 \(incarnation ?? "*") \(sequence) \(version) \(Self.seconds(reportInterval)) \(owner)"
    }

    /// Without more digits than there are.
    private static func seconds(_ duration: Duration) -> String {
        let microseconds = duration.clampedNanoseconds / 1_000
        guard microseconds % 1_000_000 != 0 else { return String(microseconds / 1_000_000) }
        return String(Double(microseconds) / 1_000_000)
    }
}
