import Foundation

/// Each check takes files and names what is wrong in them: nothing, when the house is sound.
enum Checks {
    /// The longest file that needs no reason.
    static let maximumLines = 450

    static func imports(_ files: [SourceFile]) -> [String] {
        files.flatMap { file -> [String] in
            guard let room = file.room, !Rooms.outside.contains(room) else { return [] }
            guard let allowed = Rooms.allowed(in: room) else {
                return ["\(file.path): the room \(room) is not in the table of rooms"]
            }
            return file.imports.compactMap { module, line in
                guard allowed.contains(module) else { return "\(file.path):\(line): \(room) must not import \(module)" }
                if room == "RollcallDaemon", Rooms.concrete.contains(module), !Rooms.factories.contains(file.name) {
                    return
                        "\(file.path):\(line): only \(Rooms.factories.sorted().joined(separator: " and ")) name \(module)"
                }
                return nil
            }
        }
    }

    /// Modules that a target lists and does not import, and those it imports and does not list.
    static func dependencies(_ manifest: Manifest, _ files: [SourceFile]) -> [String] {
        manifest.targets.flatMap { target -> [String] in
            let own = files.filter { $0.path.hasPrefix(target.folder + "/") }
            // Of what stands in no list, the toolchain has it, or the line is part of a text.
            let imported = Set(own.flatMap(\.imports).map(\.module)).intersection(manifest.modules)
            let listed = Set(target.dependencies)
            let idle = listed.subtracting(imported).subtracting(manifest.programs).sorted()
            let missing = imported.subtracting(listed).sorted()
            let none = own.isEmpty ? ["\(target.name): no file below \(target.folder)"] : []
            return none + idle.map { "\(target.name) lists \($0) and does not import it" }
                + missing.map { "\(target.name) imports \($0) and does not list it" }
        }
    }

    /// The release that the only line `static let NAME = "…"` of a room says.
    static func release(_ name: String, in room: String, _ files: [SourceFile]) -> [String] {
        files.filter { $0.room == room }.flatMap(\.lines).compactMap { line in
            guard let match = line.firstMatch(of: #/static let (\w+) = "(\d+\.\d+\.\d+)"/#) else { return nil }
            return match.output.1 == name ? String(match.output.2) : nil
        }
    }

    /// What an executable holds beyond its one call.
    static func executables(_ files: [SourceFile]) -> [String] {
        Rooms.executables.sorted().flatMap { room -> [String] in
            let own = files.filter { $0.room == room }
            var problems = own.count > 1 ? ["\(room): one file is enough for an executable without logic"] : []
            for file in own where file.lines.count > Rooms.maximumExecutableLines {
                problems.append("\(file.path): \(file.lines.count) lines; at most \(Rooms.maximumExecutableLines)")
            }
            for file in own {
                for (index, line) in file.lines.enumerated()
                where line.contains(#/\b(if|guard|for|while|switch|do)\b.*\{/#) {
                    problems.append("\(file.path):\(index + 1): logic in an executable")
                }
            }
            return problems
        }
    }

    /// What traps on a value from outside, and what says that something is not done.
    static func forbidden(_ files: [SourceFile]) -> [String] {
        let patterns: [(what: String, pattern: Regex<Substring>)] = [
            ("fatalError", #/\bfatalError\s*\(/#), ("try!", #/\btry!/#), ("as!", #/\bas!/#),
            ("preconditionFailure", #/\bpreconditionFailure\s*\(/#),
            ("an unfinished place", #/\b(?:TODO|FIXME|XXX)\b/#),
        ]
        return files.flatMap { file in
            file.lines.enumerated().flatMap { index, line in
                patterns.filter { line.contains($0.pattern) }.map { "\(file.path):\(index + 1): \($0.what)" }
            }
        }
    }

    /// - Parameters:
    ///   - files: Every Swift file.
    ///   - excused: The files that may be longer, each with its reason.
    /// - Returns: Files that are too long, and excuses that are no longer needed.
    static func length(_ files: [SourceFile], excused: [String: String]) -> [String] {
        let long = files.filter { $0.lines.count > maximumLines }
        let tooLong = long.filter { excused[$0.path] == nil }.map {
            "\($0.path): \($0.lines.count) lines; at most \(maximumLines)"
        }
        let stale = Set(excused.keys).subtracting(long.map(\.path)).sorted().map { "\($0): needs no excuse" }
        return tooLong + stale
    }

    /// Paths of somebody's machine: below a folder where people or their tools keep what is theirs.
    ///
    /// The names are put together here so that this file is none of its own findings.
    static func machinePaths(_ path: String, _ text: String) -> [String] {
        let folders = ["ho" + "me", "Us" + "ers", "ro" + "ot", "wo" + "rk", "workspa" + "ces"].map { "/\($0)/" }
        guard folders.contains(where: text.contains) else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            folders.contains { names($0, in: line) } ? "\(path):\(index + 1): a path of one machine: \(line)" : nil
        }
    }

    /// Whether the folder is there as the beginning of a path, and something below it is named.
    private static func names(_ folder: String, in line: Substring) -> Bool {
        line.ranges(of: folder).contains { range in
            let before = line[..<range.lowerBound]
            let slashes = before.reversed().prefix { $0 == "/" }.count
            let isWithin = before.last.map { $0.isLetter || $0.isNumber || "_.~}$*-".contains($0) } ?? false
            let below = line[range.upperBound...].first.map { $0.isLetter || $0.isNumber || $0 == "." } ?? false
            // "http:" and two slashes begin a host; a file's URL has three.
            return below && !isWithin && slashes != 1
        }
    }

    /// Relative links of a Markdown file to what is not there.
    ///
    /// - Parameters:
    ///   - path: The file's.
    ///   - text: What it holds.
    ///   - paths: Every file there is; a folder is there when a file is below it.
    /// - Returns: One line for each dead link.
    static func links(_ path: String, _ text: String, among paths: Set<String>) -> [String] {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { return [String]() }
            return line.matches(of: #/\]\((?<target>[^)\s]+)[^)]*\)/#).compactMap { match in
                let target = match.output.target.split(separator: "#", omittingEmptySubsequences: false)[0]
                // A place in the same file, an address, or a page of the same documentation catalogue.
                guard !target.isEmpty, !target.contains(#/^[a-z]+:/#) else { return nil }
                let file = resolved(target, from: path)
                if paths.contains(file) || paths.contains(where: { $0.hasPrefix(file + "/") }) { return nil }
                return "\(path):\(index + 1): a link to what is not there: \(target)"
            }
        }
    }

    /// The path, from the root of the repository, of what a file links to.
    private static func resolved(_ target: Substring, from path: String) -> String {
        var parts = target.hasPrefix("/") ? [] : Array(path.split(separator: "/").dropLast())
        for part in target.split(separator: "/") where part != "." {
            // Above the root nothing is found: the dots stay and match no file.
            if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
