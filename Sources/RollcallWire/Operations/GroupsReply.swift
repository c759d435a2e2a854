/// The answer to `GET /v1/groups`.
public struct GroupsReply: Hashable, Codable, Sendable {
    /// One entry for each topic and zone.
    public var groups: [WireGroup]

    /// An answer with these groups.
    public init(groups: [WireGroup]) {
        self.groups = groups
    }
}
