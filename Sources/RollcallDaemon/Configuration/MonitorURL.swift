import FoundationEssentials

/// An address that the daemon calls by itself.
package struct MonitorURL: Hashable, Sendable {
    static let expected = "http://HOST[:PORT][/PATH] or https://…, without a user in it"

    package let text: String

    /// Its scheme and host, with `…` for the rest.
    var withoutPath: String {
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 3 ? parts.prefix(3).joined(separator: "/") + "/…" : text
    }

    /// nil where it is none.
    init?(_ text: String) {
        guard text.utf8.count <= 2_048, let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host(percentEncoded: true), !host.isEmpty,
            url.user == nil, (1...65_535).contains(url.port ?? 80)
        else { return nil }
        self.text = text
    }
}
