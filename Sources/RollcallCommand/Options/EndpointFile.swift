internal import Foundation
internal import Yams

/// The command line's own file, `~/.config/rollcall/config.yaml`: `endpoints`, a list or one comma-separated text.
enum EndpointFile {
    /// The endpoints in the file; `nil` when there is no file.
    static func endpoints(at path: String) throws -> [String]? {
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
        guard let mapping = root.mapping else { throw fault(path, root, "expected keys, such as endpoints") }
        var endpoints: [String]?
        for (key, value) in mapping {
            guard key.string == "endpoints" else {
                throw fault(path, key, "unknown key \(key.string ?? "?"); known is endpoints")
            }
            if let list = value.sequence {
                endpoints = try list.map { element in
                    guard let text = element.string else { throw fault(path, element, "endpoints: expected text") }
                    return text
                }
            } else if let text = value.string {
                endpoints = split(text)
            } else {
                throw fault(path, value, "endpoints: expected a list or comma-separated text")
            }
        }
        return endpoints
    }

    /// The parts of a comma-separated text.
    static func split(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private static func fault(_ path: String, _ node: Node, _ words: String) -> Failure {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return Failure(status: Failure.usage, "\(path)\(place): \(words)")
    }
}
