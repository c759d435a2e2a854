import Foundation
import Glibc
import Yams

/// A file of YAML that a setting names, with a list of entries below one key; all that is wrong with it is found at once.
struct EntryFile {
    /// One entry: its keys with what stands there.
    struct Entry {
        /// As errors call it, such as `tokens[2]`.
        var place: String
        var line: Int
        fileprivate(set) var values: [String: (raw: RawSetting, line: Int)] = [:]

        func has(_ key: String) -> Bool { values[key] != nil }
    }

    let path: String
    /// What a value that may hold a secret is called instead of shown.
    private let isSecret: (_ key: String, _ text: String) -> Bool
    private(set) var errors: [SettingError] = []

    init(path: String, isSecret: @escaping (_ key: String, _ text: String) -> Bool = { _, _ in false }) {
        self.path = path
        self.isSecret = isSecret
    }

    mutating func fail(_ line: Int, _ key: String?, _ message: String) {
        errors.append(SettingError(origin: .file(path, line: line), key: key, message: message))
    }

    // MARK: The file

    /// What it holds, where nobody but root and this user can write it: whoever can is trusted with what it says.
    mutating func trustedText(mostBytes: Int) -> String? {
        let data: Data
        do {
            // What it is a link to is what counts.
            let target = URL(filePath: path).resolvingSymlinksInPath()
            let attributes = try FileManager.default.attributesOfItem(atPath: target.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular,
                let size = attributes[.size] as? NSNumber, size.intValue <= mostBytes
            else {
                fail(1, nil, "is no file of at most \(mostBytes >> 20) MiB")
                return nil
            }
            guard let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o022 == 0 else {
                fail(1, nil, "others than its owner may write it; expected `chmod go-w \(path)`")
                return nil
            }
            guard let owner = attributes[.ownerAccountID] as? NSNumber, [0, geteuid()].contains(owner.uint32Value)
            else {
                fail(1, nil, "belongs to another user; expected it to be root's, or the daemon's own")
                return nil
            }
            data = try Data(contentsOf: target)
        } catch {
            fail(1, nil, "cannot be read: \((error as? CocoaError)?.reason ?? String(describing: error))")
            return nil
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            fail(1, nil, "not UTF-8; expected YAML in UTF-8")
            return nil
        }
        return text
    }

    /// How a key or a value is shown.
    func shown(_ text: String, _ key: String = "") -> String { isSecret(key, text) ? "what is there" : text }

    // MARK: The list

    /// The entries below `key`, and what else stands at the top.
    mutating func list(_ text: String, below key: String) -> (entries: [Node], others: [(key: Node, value: Node)]) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            let (line, message) = error.place(in: text)
            fail(line, nil, isSecret("", message) ? "not readable as YAML, or a key is there twice" : message)
            return ([], [])
        } catch {
            fail(1, nil, "not readable as YAML: \(error)")
            return ([], [])
        }
        guard let mapping = root?.mapping, let list = mapping[Node(key)] else {
            fail(root?.mark?.line ?? 1, nil, "expected the key \(key), with a list")
            return ([], [])
        }
        let others = mapping.filter { $0.key.string != key }.map { (key: $0.key, value: $0.value) }
        guard let entries = list.sequence else {
            if SettingsFile.raw(list) != .null { fail(list.mark?.line ?? 1, key, "is not a list") }
            return ([], others)
        }
        return (Array(entries), others)
    }

    /// An entry with nothing but keys that are known; one that has others has them left out.
    mutating func entry(_ node: Node, as place: String, keys: [String]) -> Entry? {
        let line = node.mark?.line ?? 1
        guard let mapping = node.mapping else {
            fail(line, place, "is not a mapping")
            return nil
        }
        var entry = Entry(place: place, line: line)
        for (key, value) in mapping {
            let name = key.string ?? ""
            let line = key.mark?.line ?? line
            guard keys.contains(name) else {
                let shown = isSecret(name, name) ? "a key" : name
                fail(line, "\(place).\(shown)", "unknown; expected one of \(keys.joined(separator: ", "))")
                continue
            }
            entry.values[name] = (SettingsFile.raw(value), line)
        }
        return entry
    }

    /// The value of a key, if it is there and is what is expected.
    mutating func value<Value>(
        _ key: String,
        of entry: Entry,
        _ expected: String,
        _ read: (RawSetting) -> Value?
    ) -> Value? {
        guard let (raw, line) = entry.values[key] else { return nil }
        if let value = read(raw) { return value }
        fail(line, "\(entry.place).\(key)", "\(shown(raw.text, key)) is not valid; expected \(expected)")
        return nil
    }

    // MARK: Values

    static func scalar(_ raw: RawSetting) -> String? {
        if case .scalar(let text, _) = raw { text } else { nil }
    }

    /// At least one, none of them unreadable.
    static func list<Element>(_ raw: RawSetting, _ element: (String) -> Element?) -> [Element]? {
        guard let texts = try? [String](raw) else { return nil }
        let elements = texts.compactMap(element)
        return elements.isEmpty || elements.count < texts.count ? nil : elements
    }
}
