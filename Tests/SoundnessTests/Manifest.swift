/// The targets that `Package.swift` lists, read from its text.
struct Manifest {
    struct Target: Hashable {
        var kind: String
        var name: String
        /// Where its files are, from the root of the repository.
        var folder: String
        /// The modules and programs it lists.
        var dependencies: [String]
    }

    let targets: [Target]

    init(_ text: String) {
        let openings = text.matches(of: #/\.(target|executableTarget|testTarget)\(\s*name: "([^"]+)"/#)
        targets = openings.map { opening in
            let body = Self.enclosed(text[opening.range.lowerBound...], "(", ")")
            let kind = String(opening.output.1)
            let name = String(opening.output.2)
            let path = body.firstMatch(of: #/\bpath: "([^"]+)"/#).map { String($0.output.1) }
            let list = body.firstRange(of: "dependencies:").map { Self.enclosed(body[$0.upperBound...], "[", "]") }
            return Target(
                kind: kind,
                name: name,
                folder: path ?? (kind == "testTarget" ? "Tests/\(name)" : "Sources/\(name)"),
                dependencies: (list ?? "").replacing(#/, package: "[^"]+"/#, with: "")
                    .matches(of: #/"([^"]+)"/#).map { String($0.output.1) }
            )
        }
    }

    /// Targets that are programs: whoever lists one runs it.
    var programs: Set<String> { Set(targets.filter { $0.kind == "executableTarget" }.map(\.name)) }

    /// Every module that some target lists.
    var modules: Set<String> { Set(targets.flatMap(\.dependencies)).subtracting(programs) }

    /// From the first opening bracket to the one that closes it.
    private static func enclosed(_ text: Substring, _ open: Character, _ close: Character) -> Substring {
        guard let start = text.firstIndex(of: open) else { return "" }
        var depth = 0
        for index in text[start...].indices {
            if text[index] == open { depth += 1 }
            if text[index] == close { depth -= 1 }
            if depth == 0 { return text[start...index] }
        }
        return ""
    }
}
