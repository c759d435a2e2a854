import LivenessCore
import Logging
import Synchronization

/// The record of who changed what, and of who was kept from it: lines of the log under the label `audit`.
///
/// A token never comes here: whoever holds it is known by the name of its credential.
final class AuditLog: Sendable {
    /// Refusals are told up to so many a second, of all and of each caller, and counted beyond: a flood must neither fill
    /// a disk nor hide what others are refused.
    private static let mostRefusals = 20
    private static let mostRefusalsOfOne = 2
    /// Bytes of a text from outside.
    private static let longestText = 300

    private struct Flood {
        var second = Int64.min
        var told: [String: Int] = [:]
        var toldCount = 0
        var untold = 0

        /// Whether a refusal is told; and how many were not since one last was.
        mutating func takes(_ caller: String, at now: Int64) -> (isTold: Bool, untold: Int) {
            if second != now {
                second = now
                told = [:]
                toldCount = 0
            }
            guard toldCount < AuditLog.mostRefusals, told[caller, default: 0] < AuditLog.mostRefusalsOfOne else {
                untold += 1
                return (false, 0)
            }
            told[caller, default: 0] += 1
            toldCount += 1
            defer { untold = 0 }
            return (true, untold)
        }
    }

    private let logger: Logger
    private let metrics: AccessMetrics
    private let time: @Sendable () -> Timestamp
    private let flood = Mutex(Flood())

    /// - Parameters:
    ///   - logger: Where the lines go.
    ///   - metrics: Where refusals are counted.
    ///   - time: The wall clock.
    init(_ logger: Logger, _ metrics: AccessMetrics, time: @escaping @Sendable () -> Timestamp) {
        self.logger = logger
        self.metrics = metrics
        self.time = time
    }

    /// Somebody has changed something.
    func changed(by caller: String, _ what: String, of subject: String, from old: String? = nil, to new: String? = nil)
    {
        var metadata: Logger.Metadata = ["by": "\(caller)", "subject": "\(subject)"]
        metadata["old"] = old.map { "\($0)" }
        metadata["new"] = new.map { "\($0)" }
        logger.notice("\(what)", metadata: metadata)
    }

    /// Somebody was kept from something, for want of something.
    func refused(by caller: String, _ what: String, _ why: String, lacking lack: AccessMetrics.Lack) {
        metrics.refused(lack)
        let now = time().microseconds / 1_000_000
        let (isTold, untold) = flood.withLock { $0.takes(caller, at: now) }
        guard isTold else { return }
        var metadata: Logger.Metadata = [
            "by": "\(caller)",
            "call": "\(NameChecks.clipped(what, toBytes: Self.longestText))",
            "why": "\(NameChecks.clipped(why, toBytes: Self.longestText))",
        ]
        if untold > 0 { metadata["not_told_before"] = "\(untold)" }
        logger.warning("refused", metadata: metadata)
    }
}
