import Foundation

/// One Swift file of the repository, as the checks see it.
struct SourceFile {
    /// From the root of the repository, such as `Sources/LivenessCore/Model/Verdict.swift`.
    let path: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var name: String { String(path.split(separator: "/").last ?? "") }

    /// The target it belongs to: the folder below `Sources`, or below `Sources/Benchmarks`.
    var room: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, parts[0] == "Sources" else { return nil }
        return String(parts[1])
    }

    /// The modules it imports, with the line of each.
    var imports: [(module: String, line: Int)] {
        lines.enumerated().compactMap { index, line in
            let pattern =
                #/\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)(?:\.\S+)?\s*(?:\/\/.*|;.*)?/#
            guard line.contains("import "), let match = line.wholeMatch(of: pattern) else { return nil }
            return (String(match.1), index + 1)
        }
    }
}
