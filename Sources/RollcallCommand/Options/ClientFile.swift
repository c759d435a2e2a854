internal import Foundation
internal import Yams

/// The command line's own file, `~/.config/rollcall/config.yaml`: `endpoints`, a list or one comma-separated text, and paths
/// of files: `token_file`, whose first line is the token to ask with, `ca_file`, `certificate_file` and `key_file`.
struct ClientFile {
    let path: String
    private(set) var endpoints: [String]?
    private(set) var tokenFile: String?
    private(set) var authorities: String?
    private(set) var certificate: String?
    private(set) var key: String?

    /// What the file says; `nil` when there is none.
    static func read(_ path: String) throws -> ClientFile? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(status: Failure.usage, "\(path): cannot be read")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
        } catch {
            throw Failure(status: Failure.usage, "\(path): \(error)")
        }
        guard let root, root.null == nil else { return nil }
        var file = ClientFile(path: path)
        guard let mapping = root.mapping else { throw file.fault(root, "expected keys, such as endpoints") }
        for (key, value) in mapping { try file.take(key, value) }
        return file
    }

    private init(path: String) {
        self.path = path
    }

    private mutating func take(_ key: Node, _ value: Node) throws {
        switch key.string {
        case "endpoints":
            if let list = value.sequence {
                endpoints = try list.map { element in
                    guard let text = element.string else { throw fault(element, "endpoints: expected text") }
                    return text
                }
            } else if let text = value.string {
                endpoints = Self.split(text)
            } else {
                throw fault(value, "endpoints: expected a list or comma-separated text")
            }
        case "token_file": tokenFile = try path(key, value)
        case "ca_file": authorities = try path(key, value)
        case "certificate_file": certificate = try path(key, value)
        case "key_file": self.key = try path(key, value)
        default:
            let known = "endpoints, token_file, ca_file, certificate_file and key_file"
            throw fault(key, "unknown key \(key.string ?? "?"); known are \(known)")
        }
    }

    private func path(_ key: Node, _ value: Node) throws -> String {
        guard let text = value.string, !text.isEmpty else { throw fault(value, "\(key.string ?? ""): expected a path") }
        return text
    }

    /// The parts of a comma-separated text.
    static func split(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func fault(_ node: Node, _ words: String) -> Failure {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return Failure(status: Failure.usage, "\(path)\(place): \(words)")
    }
}
