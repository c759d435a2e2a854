import Foundation
import Testing

@testable import RollcallDaemon

/// `Config/rollcalld.yaml` is what operators copy: it must say what the code does.
@Suite("The reference file")
struct ReferenceFileTests {
    private let text: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        text = try String(contentsOf: root.appending(path: "Config/rollcalld.yaml"), encoding: .utf8)
    }

    @Test("as it is, it is accepted and sets nothing but defaults")
    func asIs() throws {
        #expect(try Loading.load(text).settings == Loading.load().settings)
        #expect(try Loading.load(text).warnings == [])
    }

    @Test("every key is in it, with its default, commented out exactly where it cannot be set")
    func everyKey() throws {
        let found = try Self.keys(in: text)
        let defaults = try Loading.load().settings

        for key in SettingTable.keys {
            let name = key.name.replacing("<topic>", with: "compute")
            let entry = try #require(found[name], "\(key.name) is missing")
            let isActive = key.defaultText == nil && name == key.name
            #expect(entry.isActive == isActive, "\(key.name) is commented out, or should be")
            if key.defaultText == nil, name == key.name {
                #expect(Self.normal(entry.value, of: key) == key.text(defaults), "the default of \(key.name)")
            }
        }
        let known = Set(SettingTable.keys.map { $0.name.replacing("<topic>", with: "compute") })
        #expect(Set(found.keys).subtracting(known).isEmpty, "keys that do not exist")
    }

    @Test(
        "the example of each back end is a configuration",
        arguments: ["mariadb.yaml", "memcached.yaml", "zookeeper.yaml"]
    )
    func examples(name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Config")
        let example = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        #expect(try Loading.load(example).settings != Loading.load().settings)
        #expect(try Loading.load(example).warnings == [])
    }

    @Test("every setting has a comment above it, or above the line before it")
    func comments() {
        var lastWasSetting = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " }
            if trimmed.isEmpty || trimmed.hasPrefix("# ") || trimmed == "#" || !line.hasPrefix(" ") {
                lastWasSetting = 0
            } else {
                lastWasSetting += 1
                #expect(lastWasSetting <= 3, "\(line)")
            }
        }
    }

    @Test("the checks above notice a missing key, a wrong default and a key that does not exist")
    func checksCanFail() throws {
        let found = try Self.keys(in: "flap:\n  limit: 7\n#brake:\n  # text\n  #minimum: 5\nlog:\n  colour: red\n")
        #expect(found["flap.limit"] == Entry(value: "7", isActive: true))
        #expect(found["brake.minimum"] == Entry(value: "5", isActive: false))
        #expect(found["log.colour"] == Entry(value: "red", isActive: true))
        #expect(found["flap.window"] == nil)
    }
}

extension ReferenceFileTests {
    private struct Entry: Equatable {
        var value: String
        var isActive: Bool
    }

    /// The value as the code would write it: 60s and 1m are the same.
    private static func normal(_ value: String, of key: SettingKey) -> String {
        if value == "[]" { return value }
        var settings = Settings(surroundings: Loading.surroundings)
        do {
            try key.set(.scalar(value, isString: false), &settings)
            return key.text(settings)
        } catch {
            // None: what is written is what is meant.
            return value
        }
    }

    /// Each key of the file with the value as written, settings that are commented out included.
    ///
    /// Such a setting is `#` and a key without a space between, a comment has one. Read line by line, not as YAML: the
    /// value is compared as an operator reads it.
    private static func keys(in text: String) throws -> [String: Entry] {
        var found: [String: Entry] = [:]
        var path: [(indentation: Int, name: String)] = []
        for line in text.split(separator: "\n") {
            guard let match = line.wholeMatch(of: #/( *)(#?)( *)([a-z_]+):(?: (.+))?/#) else { continue }
            // "# text:" is a comment; "#  compute:" is indented below "#topics:".
            guard match.2.isEmpty || match.3.isEmpty || match.3.count >= 2 else { continue }
            let indentation = match.1.count + match.3.count
            path.removeAll { $0.indentation >= indentation }
            path.append((indentation, String(match.4)))
            guard let value = match.5 else { continue }
            let name = path.map(\.name).joined(separator: ".")
            try #require(found[name] == nil, "\(name) is there twice")
            found[name] = Entry(value: String(value), isActive: match.2.isEmpty)
        }
        return found
    }
}
