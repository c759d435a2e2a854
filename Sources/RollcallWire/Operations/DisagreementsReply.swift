/// The answer to `GET /v1/drivers/disagreements`.
public struct DisagreementsReply: Hashable, Codable, Sendable {
    /// As many as were asked for.
    public var disagreements: [WireDisagreement]
    /// How many there are.
    public var count: Int

    /// An answer with these disagreements, of so many.
    public init(disagreements: [WireDisagreement], count: Int) {
        self.disagreements = disagreements
        self.count = count
    }
}
