/// Something an agent wants to be known: for a log, and for whoever supervises it.
public enum AgentNotice: Hashable, Sendable {
    /// How much a message matters.
    public enum Level: String, Hashable, Sendable {
        /// A change.
        case info
        /// Something that may mend itself.
        case warning
        /// Someone must act.
        case error
    }

    /// The first heartbeat was accepted.
    case ready
    /// An operator has forced the service down, or had when the agent began: it is to do no more work.
    case forcedDown
    /// How things stand, in one line.
    case status(String)
    /// Something changed.
    case message(Level, String)
}
