import Yams

extension YamlError {
    /// The line an editor should go to, from 1, and one line that says what is wrong there.
    func place(in text: String) -> (line: Int, message: String) {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return (mark.line, "not readable as YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let lines = Self.lines(of: keys.first ?? "", in: text, from: context.mark)
            let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
            let first = lines.first.map { ", first in line \($0)" } ?? ""
            return (
                lines.dropFirst().first ?? context.mark.line,
                "\(names) is there twice in one mapping\(first); expected each key once"
            )
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 } ?? 1
            return (line, "not readable as YAML: \(problem)")
        default:
            let message = String(describing: self).split(whereSeparator: \.isNewline).joined(separator: " ")
            return (1, "not readable as YAML: \(message)")
        }
    }

    /// Yams reports where the mapping begins; where the key stands in it is found by its indentation.
    private static func lines(of key: String, in text: String, from mark: Mark) -> [Int] {
        let indentation = String(repeating: " ", count: max(0, mark.column - 1))
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            index + 1 >= mark.line && line.hasPrefix("\(indentation)\(key):") ? index + 1 : nil
        }
    }
}
