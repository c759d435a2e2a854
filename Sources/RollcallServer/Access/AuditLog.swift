import LivenessCore
import Logging
import Synchronization

/// The record of who changed what, and of who was kept from it: lines of the log under the label `audit`.
///
/// A token never comes here: whoever holds it is known by the name of its credential.
final class AuditLog: Sendable {
    /// Refusals are told one by one up to so many a second, and counted beyond: a flood must not fill a disk.
    private static let mostRefusals = 20

    private struct Flood {
        var second = Int64.min
        var told = 0
        var untold = 0
    }

    private let logger: Logger
    private let time: @Sendable () -> Timestamp
    private let flood = Mutex(Flood())

    /// - Parameters:
    ///   - logger: Where the lines go.
    ///   - time: The wall clock.
    init(_ logger: Logger, time: @escaping @Sendable () -> Timestamp) {
        self.logger = logger
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

    /// Somebody was kept from something.
    func refused(by caller: String, _ what: String, _ why: String) {
        let second = time().microseconds / 1_000_000
        let (isTold, untold) = flood.withLock { flood -> (Bool, Int) in
            var untold = 0
            if flood.second != second {
                untold = flood.untold
                flood = Flood(second: second)
            }
            guard flood.told < Self.mostRefusals else {
                flood.untold += 1
                return (false, untold)
            }
            flood.told += 1
            return (true, untold)
        }
        if untold > 0 { logger.warning("more was refused than is told", metadata: ["count": "\(untold)"]) }
        if isTold { logger.warning("refused", metadata: ["by": "\(caller)", "call": "\(what)", "why": "\(why)"]) }
    }
}
