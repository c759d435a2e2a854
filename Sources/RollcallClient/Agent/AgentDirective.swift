/// What an agent's machine wants done.
package enum AgentDirective: Hashable, Sendable {
    /// Make this attempt and tell what came of it.
    case send(AgentTry)
    /// Tell when this time has come; a timer set later replaces it.
    case setTimer(id: Int, at: Duration)
    /// Make this known.
    case notice(AgentNotice)
    /// All is told: end.
    case finish
}
