/// All series of one name.
struct MetricFamily: Sendable {
    let name: String
    let kind: MetricKind
    var series: [MetricLabels: any MetricSeries] = [:]

    init(name: String, kind: MetricKind) {
        self.name = name
        self.kind = kind
    }

    func write(help: String, to text: inout String) {
        guard !series.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) \(kind.word)\n"
        for (labels, series) in series.sorted(by: { $0.key.text < $1.key.text }) {
            series.write(name: name, labels: labels.text, to: &text)
        }
    }

    private static func escaped(_ help: String) -> String {
        var escaped = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
