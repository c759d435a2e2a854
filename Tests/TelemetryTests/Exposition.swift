/// A scrape read back, strictly: what Prometheus would refuse is an error here.
struct Exposition {
    struct Malformed: Error {
        var line: String
        var why: String
    }

    private(set) var types: [String: String] = [:]
    private(set) var help: [String: String] = [:]
    /// By name with labels, as written.
    private(set) var samples: [String: Double] = [:]

    init(_ text: String) throws {
        guard text.last == "\n" else { throw Malformed(line: "", why: "no final newline") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("# HELP ") {
                let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1).map(String.init)
                guard parts.count == 2, help.updateValue(parts[1], forKey: parts[0]) == nil else {
                    throw Malformed(line: line, why: "help missing or twice")
                }
            } else if line.hasPrefix("# TYPE ") {
                let parts = line.dropFirst(7).split(separator: " ").map(String.init)
                guard parts.count == 2, types.updateValue(parts[1], forKey: parts[0]) == nil else {
                    throw Malformed(line: line, why: "type missing or twice")
                }
            } else {
                try readSample(line)
            }
        }
    }

    private mutating func readSample(_ line: String) throws {
        guard let match = line.wholeMatch(of: #/([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/#) else {
            throw Malformed(line: line, why: "not a sample")
        }
        let name = String(match.1)
        let family = ["", "_bucket", "_sum", "_count"].first { suffix in
            name.hasSuffix(suffix) && types[String(name.dropLast(suffix.count))] != nil
        }
        guard family != nil else { throw Malformed(line: line, why: "no type before it") }

        var labels: Set<String> = []
        if let text = match.2 {
            var rest = text[...]
            while let label = rest.prefixMatch(of: #/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/#) {
                guard labels.insert(String(label.1)).inserted else { throw Malformed(line: line, why: "label twice") }
                rest = rest[label.range.upperBound...]
            }
            guard rest.isEmpty, !labels.isEmpty else { throw Malformed(line: line, why: "labels") }
        }
        guard let value = Double(match.3.replacing("+Inf", with: "inf")) else {
            throw Malformed(line: line, why: "value")
        }
        let key = match.2.map { "\(name){\($0)}" } ?? name
        guard samples.updateValue(value, forKey: key) == nil else { throw Malformed(line: line, why: "series twice") }
    }
}
