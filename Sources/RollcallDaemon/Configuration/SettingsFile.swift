import Yams

/// A settings file, read strictly: each key must be one of the table's, each value carries its line.
///
/// YAML itself is less strict than its use here: a duplicate key or a syntax error ends the reading, so those come
/// alone; everything else is found in one pass.
struct SettingsFile {
    private let name: String
    private var found = SettingEntries()

    /// - Parameters:
    ///   - text: What the file holds.
    ///   - name: What errors call it.
    /// - Returns: The values, none of them converted yet, and what is wrong with the rest.
    static func read(_ text: String, name: String) -> SettingEntries {
        var file = SettingsFile(name: name)
        do {
            // An empty file, or one of comments alone, has no root.
            if let root = try Yams.compose(yaml: text) { file.read(root: root) }
        } catch let error as YamlError {
            let (line, message) = error.place(in: text)
            file.fail(line: line, key: nil, message)
        } catch {
            file.fail(line: 1, key: nil, "not readable as YAML: \(error)")
        }
        return file.found
    }

    private init(name: String) {
        self.name = name
    }

    private mutating func read(root: Node) {
        guard let sections = mapping(root, key: nil, of: "sections: \(SettingTable.sections.joined(separator: ", "))")
        else { return }
        for (section, node) in sections {
            guard SettingTable.sections.contains(section.text) else {
                fail(section, key: section.text, "unknown; expected one of \(list(SettingTable.sections))")
                continue
            }
            // A section whose keys are all commented out.
            if Self.raw(node) == .null { continue }
            guard let keys = mapping(node, key: section.text, of: "keys") else { continue }
            for (key, value) in keys { read(value, key: key, section: section.text) }
        }
    }

    private mutating func read(_ value: Node, key: Key, section: String) {
        let name = "\(section).\(key.text)"
        if name == "liveness.topics" { return readTopics(value) }
        guard let setting = SettingTable.key(named: name) else {
            return fail(key, key: name, "unknown; expected one of \(list(SettingTable.names(in: section)))")
        }
        add(setting, value, at: key)
    }

    private mutating func readTopics(_ node: Node) {
        if Self.raw(node) == .null { return }
        guard let topics = mapping(node, key: "liveness.topics", of: "topics") else { return }
        for (topic, node) in topics {
            let name = "liveness.topics.\(topic.text)"
            guard SettingTable.isTopic(topic.text) else {
                fail(topic, key: name, "not a topic; expected \(SettingTable.expectedName)")
                continue
            }
            guard let keys = mapping(node, key: name, of: "keys") else { continue }
            let known = SettingTable.keys(ofTopic: topic.text)
            for (key, value) in keys {
                guard let setting = known.first(where: { $0.name == "\(name).\(key.text)" }) else {
                    let names = known.map { String($0.name.dropFirst(name.count + 1)) }
                    fail(key, key: "\(name).\(key.text)", "unknown; expected one of \(list(names))")
                    continue
                }
                add(setting, value, at: key)
            }
        }
    }

    private mutating func add(_ key: SettingKey, _ value: Node, at place: Key) {
        // The value's own line, where the value begins on another one than its key.
        let line = value.mark?.line ?? place.line
        found.entries.append(
            SettingEntry(key: key, value: Self.raw(value), origin: .file(name, line: max(line, place.line)))
        )
    }
}

// MARK: Nodes

extension SettingsFile {
    private struct Key {
        var text: String
        var line: Int
    }

    /// The pairs of a mapping; an error and `nil` when the node is none.
    private mutating func mapping(_ node: Node, key: String?, of what: String) -> [(Key, Node)]? {
        guard case .mapping(let mapping) = node else {
            fail(line: node.mark?.line ?? 1, key: key, "\(Self.raw(node).text) is not a mapping; expected \(what)")
            return nil
        }
        var pairs: [(Key, Node)] = []
        for (name, value) in mapping {
            let line = name.mark?.line ?? mapping.mark?.line ?? 1
            guard case .scalar(let scalar) = name else {
                fail(line: line, key: key, "a key that is not plain text")
                continue
            }
            pairs.append((Key(text: scalar.string, line: line), value))
        }
        return pairs
    }

    static func raw(_ node: Node) -> RawSetting {
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return .null }
            return .scalar(scalar.string, isString: !isPlain)
        case .sequence(let sequence):
            var items: [String] = []
            for item in sequence {
                guard case .scalar(let scalar) = item else { return .other("a list of something else than values") }
                items.append(scalar.string)
            }
            return .list(items)
        case .mapping: return .other("a mapping")
        case .alias: return .other("an alias")
        }
    }

    private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

    private mutating func fail(_ place: Key, key: String?, _ message: String) {
        fail(line: place.line, key: key, message)
    }

    private mutating func fail(line: Int, key: String?, _ message: String) {
        found.errors.append(SettingError(origin: .file(name, line: line), key: key, message: message))
    }
}
