/// One thing that would change a verdict.
public struct WireProspect: Hashable, Codable, Sendable {
    /// A sentence for people.
    public var text: String
    /// What the service would be then.
    public var state: WireState?
    /// Seconds until then when nothing else happens; `nil` when it is no matter of time.
    public var after: Double?

    /// One prospect.
    public init(text: String, state: WireState? = nil, after: Double? = nil) {
        self.text = text
        self.state = state
        self.after = after
    }

    private enum CodingKeys: String, CodingKey {
        case text, state
        case after = "in"
    }
}
