/// What came of judging silence, for those who measure how soon and how well it is done.
package enum Judgement: Hashable, Sendable {
    /// A service was called down for silence.
    ///
    /// - `delay`: since its deadline; blind time, by which that had moved, is no part of it.
    /// - `silence`: since it was last heard.
    case down(topic: String, delay: Duration, silence: Duration)
    /// A service that was called down for silence `lasted` ago is heard again, in the incarnation it had: it lived. (Of
    /// one without incarnations nobody knows.)
    case mistaken(topic: String, lasted: Duration)
}

/// Judgements until they are taken.
///
/// Those beyond the bound are forgotten: of a mass failure so many tell enough.
struct Judgements: Sendable {
    private static let most = 8_192

    private(set) var kept: [Judgement] = []

    mutating func add(_ judgement: Judgement) {
        if kept.count < Self.most { kept.append(judgement) }
    }

    mutating func take() -> [Judgement] {
        exchange(&kept, with: [])
    }
}
