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
