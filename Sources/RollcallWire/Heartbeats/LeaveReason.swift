/// Why a service stops beating (`reason=` of `DELETE …/heartbeat`).
public struct LeaveReason: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The reason with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It was stopped: down at once, no failure.
    public static let left = LeaveReason(rawValue: "left")
    /// It failed: down at once; its next heartbeat makes it up again.
    public static let failed = LeaveReason(rawValue: "failed")
}
