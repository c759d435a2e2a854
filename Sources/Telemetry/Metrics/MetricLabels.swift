/// The labels that tell one series of a family from another: cleaned, sorted, each name once.
///
/// The order in which a caller lists them makes no other series, and an empty value is no label: Prometheus does not
/// tell it from an absent one, so the two would be one series twice.
struct MetricLabels: Hashable, Sendable {
    /// Longer values are cut: what comes from outside must not grow every scrape.
    static let maximumValueLength = 256

    /// As written between the braces: `a="1",b="2"`.
    let text: String

    init(_ dimensions: [(String, String)]) {
        guard !dimensions.isEmpty else {
            text = ""
            return
        }
        var labels: [String: String] = [:]
        for (name, value) in dimensions where !value.isEmpty {
            labels[PrometheusName.label(name)] = value
        }
        text = labels.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            .joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars.prefix(maximumValueLength) {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
