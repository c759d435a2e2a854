/// Something that happened around an agent: what its surroundings tell it.
public enum AgentEvent: Hashable, Sendable {
    /// A check ended well. Checks are numbered from 0.
    case checkPassed(Int)
    /// A check ended badly, with a sentence that says how.
    case checkFailed(Int, message: String)
    /// The agent was asked to stop. With a child it stops when the child has ended.
    case stopRequested
    /// The child ended, with a sentence that says how.
    case childEnded(message: String)
}
