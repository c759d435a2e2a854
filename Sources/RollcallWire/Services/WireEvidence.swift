/// One thing known that a verdict rests on.
public struct WireEvidence: Hashable, Codable, Sendable {
    /// What it is about, a word for programs: `heartbeat`, `forced_down`, `left`, `failed`, `back_end`, `daemon`, ….
    public var kind: String
    /// A sentence for people.
    public var text: String
    /// When it happened, on the daemon's wall clock.
    public var at: WireTime?
    /// Seconds since then, on the daemon's monotonic clock.
    public var age: Double?

    /// One piece of evidence.
    public init(kind: String, text: String, at: WireTime? = nil, age: Double? = nil) {
        self.kind = kind
        self.text = text
        self.at = at
        self.age = age
    }
}
