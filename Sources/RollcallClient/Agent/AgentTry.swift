/// One attempt of an agent to tell one endpoint something.
package struct AgentTry: Hashable, Sendable {
    /// What is told.
    package enum Message: Hashable, Sendable {
        /// The service lives.
        case beat(sequence: Int64)
        /// The same, told the driver's back end itself.
        case direct(sequence: Int64)
        /// Is this incarnation still the service's? Asked now and then by one that does not beat at daemons.
        case inquiry
        /// The service failed.
        case failed(String)
        /// The service was stopped.
        case left
    }

    /// Names the attempt, so that a late answer to an earlier one is known as such.
    package let id: Int
    /// The position of the endpoint.
    package let endpoint: Int
    package let message: Message
    /// How long it may take.
    package let limit: Duration
}
