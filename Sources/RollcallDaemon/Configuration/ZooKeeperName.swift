/// What the section `zookeeper` names.
enum ZooKeeperName {
    /// Whether nodes can lie below it: an absolute path, without a slash at its end.
    static func isPrefix(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= 255 && parts.count > 1 && parts[0].isEmpty
            && parts.dropFirst().allSatisfy { part in
                !part.isEmpty && part != "." && part != ".." && part != "zookeeper"
                    && part.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            }
    }
}
