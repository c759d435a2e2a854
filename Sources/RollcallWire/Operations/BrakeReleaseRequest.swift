/// What `POST /v1/brake/release` asks for.
public struct BrakeReleaseRequest: Hashable, Codable, Sendable {
    /// `TOPIC/ZONE`, or `fleet`; every brake that holds where it is absent.
    public var scope: String?

    /// A request to release the brake of that scope, or all.
    public init(scope: String? = nil) {
        self.scope = scope
    }
}
