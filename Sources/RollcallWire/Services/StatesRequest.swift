/// The body of `POST /v1/states`: many services asked about at once.
public struct StatesRequest: Hashable, Codable, Sendable {
    /// The services, at most ``WireLimits/statesPerCall``.
    public var services: [ServiceName]
    /// How unknown is to be read; as it is when `nil`.
    public var unknownAs: UnknownAs?

    /// A question about these services.
    public init(services: [ServiceName], unknownAs: UnknownAs? = nil) {
        self.services = services
        self.unknownAs = unknownAs
    }

    private enum CodingKeys: String, CodingKey {
        case services
        case unknownAs = "unknown_as"
    }
}
