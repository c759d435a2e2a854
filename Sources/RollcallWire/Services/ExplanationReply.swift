/// The answer to `GET /v1/services/{uuid}/explanation`: why it is what it is, and what would change that.
public struct ExplanationReply: Hashable, Codable, Sendable {
    /// The verdict.
    public var verdict: WireVerdict
    /// What it rests on, the deciding piece first.
    public var evidence: [WireEvidence]
    /// What would change it, the soonest first.
    public var changesWhen: [WireProspect]

    /// An explanation.
    public init(verdict: WireVerdict, evidence: [WireEvidence], changesWhen: [WireProspect]) {
        self.verdict = verdict
        self.evidence = evidence
        self.changesWhen = changesWhen
    }

    private enum CodingKeys: String, CodingKey {
        case verdict, evidence
        case changesWhen = "changes_when"
    }
}

/// A state with its reason and since when.
public struct WireVerdict: Hashable, Codable, Sendable {
    /// Up, down or unknown.
    public var state: WireState
    /// Why.
    public var reason: WireReason
    /// Since when.
    public var since: WireTime?

    /// A verdict.
    public init(state: WireState, reason: WireReason, since: WireTime?) {
        self.state = state
        self.reason = reason
        self.since = since
    }
}

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
