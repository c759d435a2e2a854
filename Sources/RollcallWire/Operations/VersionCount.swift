/// How many records have one version.
public struct VersionCount: Hashable, Codable, Sendable {
    /// The version.
    public var version: Int64
    /// How many records have it.
    public var count: Int

    /// A count.
    public init(version: Int64, count: Int) {
        self.version = version
        self.count = count
    }
}
