package import RollcallWire

/// What came of one attempt.
package enum AgentAnswer: Hashable, Sendable {
    /// The heartbeat counts.
    case accepted(HeartbeatEntry)
    /// The incarnation is still the service's.
    case confirmed(isForcedDown: Bool)
    /// Leaving, or the failure, was noted; the back end holds the service.
    case noted
    /// The daemon answered no.
    case refused(WireErrorCode, String)
    /// The endpoint did not answer, or said that it cannot now.
    case unanswered(String)
}
