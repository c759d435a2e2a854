/// The answer to `POST /v1/states`, in the order asked.
public struct StatesReply: Hashable, Codable, Sendable {
    /// One entry for each service asked about.
    public var states: [StateEntry]

    /// An answer with these entries.
    public init(states: [StateEntry]) {
        self.states = states
    }
}
