/// Settings from variables: `ROLLCALL_LIVENESS_REPORT_INTERVAL`, and for topics
/// `ROLLCALL_LIVENESS_TOPICS_COMPUTE_SERVICE_DOWN_TIME`.
///
/// A topic is written in capitals and read in small letters, so only topics of small letters, digits and underscores
/// can be set this way; the file takes any. A variable that begins like a section's and names no key is an error;
/// others (`ROLLCALL_ENDPOINT` is the command line tool's) are not ours.
enum SettingsEnvironment {
    static func read(_ environment: [String: String]) -> SettingEntries {
        var found = SettingEntries()
        let keys = Dictionary(
            SettingTable.keys.map { ($0.variable, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) {
            let origin = SettingOrigin.environment(variable: variable)
            if let key = keys[variable] ?? topicKey(variable) {
                found.entries.append(
                    SettingEntry(key: key, value: .scalar(value, isString: false), origin: origin)
                )
            } else if let section = SettingTable.sections.first(where: { variable.hasPrefix(prefix(of: $0)) }) {
                let names = SettingTable.keys.filter { $0.name.hasPrefix(section + ".") }.map(\.variable)
                found.errors.append(
                    SettingError(
                        origin: origin,
                        key: nil,
                        message: "unknown; expected one of \(names.joined(separator: ", "))"
                    )
                )
            }
        }
        return found
    }

    private static func prefix(of section: String) -> String {
        "ROLLCALL_\(section.uppercased())_"
    }

    private static func topicKey(_ variable: String) -> SettingKey? {
        let prefix = "ROLLCALL_LIVENESS_TOPICS_"
        guard variable.hasPrefix(prefix) else { return nil }
        let rest = variable.dropFirst(prefix.count)
        for suffix in ["_REPORT_INTERVAL", "_SERVICE_DOWN_TIME"] where rest.hasSuffix(suffix) {
            let topic = rest.dropLast(suffix.count)
            let isPlain = topic.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard isPlain, !topic.isEmpty else { return nil }
            return SettingTable.keys(ofTopic: topic.lowercased()).first { $0.variable == variable }
        }
        return nil
    }
}
