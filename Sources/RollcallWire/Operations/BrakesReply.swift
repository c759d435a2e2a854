/// The answer to `GET /v1/brake`.
public struct BrakesReply: Hashable, Codable, Sendable {
    /// The brakes that hold, and those lately released.
    public var brakes: [WireBrake]

    /// An answer with these brakes.
    public init(brakes: [WireBrake]) {
        self.brakes = brakes
    }
}
