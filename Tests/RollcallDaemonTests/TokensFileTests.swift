import Foundation
import LivenessCore
import RollcallServer
import Testing

@testable import RollcallDaemon

@Suite("The file of tokens")
struct TokensFileTests {
    private static let digest = String(repeating: "0f", count: 32)

    private static func errors(_ text: String) -> [String] {
        do {
            _ = try TokensFile.read(text: text, of: "t")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    private static func path() -> String {
        FileManager.default.temporaryDirectory.appending(path: "tokens-\(UUID().uuidString)").path
    }

    private static func entry(_ rest: String) -> String {
        "tokens: [{name: n, sha256: \(digest), \(rest)}]"
    }

    @Test("the example is one, and what a new token's entry says is what was asked for")
    func example() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Config")
        let text = try String(contentsOf: folder.appending(path: "tokens.yaml"), encoding: .utf8)
        #expect(Self.errors(text) == [])
        let entry =
            "tokens:\n"
            + TokensFile.entry(
                name: "n",
                sha256: AccessList.digest(of: "secret"),
                roles: ["reporter", "reader"],
                patterns: [("hosts", ["h1", "h2-*"]), ("binaries", []), ("zones", ["it's"])],
                expires: "2030-01-01T00:00:00Z"
            )
        let expected = AccessList([
            AccessList.Credential(
                proof: .token(digest: AccessList.digest(of: "secret")),
                identity: Identity(
                    name: "n",
                    roles: [.reporter, .reader],
                    hosts: ["h1", "h2-*"].compactMap(NamePattern.init),
                    binaries: ["*"].compactMap(NamePattern.init),
                    topics: ["*"].compactMap(NamePattern.init),
                    zones: ["it's"].compactMap(NamePattern.init)
                ),
                expires: .init(microseconds: 1_893_456_000_000_000)
            )
        ])
        #expect(try TokensFile.read(text: entry, of: "t") == expected)
    }

    @Test("a list without tokens lets nobody in", arguments: ["tokens: []", "tokens:"])
    func empty(text: String) throws {
        #expect(try TokensFile.read(text: text, of: "t") == AccessList([]))
    }

    @Test(
        "what is wrong is named with its place, its value and what is expected",
        arguments: [
            ("", ["t:1: expected the key tokens, with a list"]),
            ("a: 1", ["t:1: expected the key tokens, with a list"]),
            ("tokens: []\na: 1", ["t:2: a: unknown; expected tokens and revoked"]),
            ("tokens: x", ["t:1: tokens is not a list"]),
            ("tokens: [x]", ["t:1: tokens[0] is not a mapping"]),
            ("tokens: [{", ["t:2: not readable as YAML: did not find expected node content"]),
            (
                entry("role: reader, roles: [reader]"),
                [
                    "t:1: tokens[0].role: unknown; expected one of name, sha256, certificate, user, roles, hosts, binaries, topics, zones, expires, requests_per_second"
                ]
            ),
            (entry("hosts: [a]"), ["t:1: tokens[0].roles is missing"]),
            (
                entry("roles: [admin]"),
                [
                    "t:1: tokens[0].roles: [admin] is not valid; expected a list of reporter, reader, operator"
                ]
            ),
            (
                entry("roles: []"),
                [
                    "t:1: tokens[0].roles: [] is not valid; expected a list of reporter, reader, operator"
                ]
            ),
            (
                entry("roles: reporter"),
                [
                    "t:1: tokens[0].hosts is missing: a reporter beats for the hosts it names"
                ]
            ),
            (
                entry("roles: reader, binaries: [b]"),
                [
                    "t:1: tokens[0].binaries is for the role reporter, which is not among roles"
                ]
            ),
            (
                entry("roles: reporter, hosts: [a/b]"),
                [
                    "t:1: tokens[0].hosts: [a/b] is not valid; expected a list: 1 to 255 bytes without a slash, in "
                        + "which * stands for any"
                ]
            ),
            (
                entry("roles: reader, expires: tomorrow"),
                [
                    "t:1: tokens[0].expires: \"tomorrow\" is not valid; expected a time such as 2027-01-01T00:00:00Z"
                ]
            ),
            (
                "tokens: [{name: a b, sha256: 12, roles: reader}]",
                [
                    "t:1: tokens[0].name: \"a b\" is not valid; expected 1 to 64 of the characters A-Z, a-z, 0-9, '.', '_' "
                        + "and '-'",
                    "t:1: tokens[0].sha256: what is there is not valid; expected the token's SHA-256, 64 hexadecimal digits",
                ]
            ),
            (
                "tokens: [{name: rollcall_1, rollcall_2: x, sha256: rollcall_3, roles: rollcall_4, hosts: rollcall_5/}]",
                [
                    "t:1: tokens[0].a key: unknown; expected one of name, sha256, certificate, user, roles, hosts, binaries, "
                        + "topics, zones, expires, requests_per_second",
                    "t:1: tokens[0].sha256: what is there is not valid; expected the token's SHA-256, 64 hexadecimal "
                        + "digits",
                    "t:1: tokens[0].roles: what is there is not valid; expected a list of reporter, reader, operator",
                    "t:1: tokens[0].hosts: what is there is not valid; expected a list: 1 to 255 bytes without a slash, "
                        + "in which * stands for any",
                ]
            ),
            (
                "tokens: [{name: a, sha256: \(AccessList.digest(of: "").map { String(format: "%02x", $0) }.joined()), "
                    + "roles: reader}]",
                [
                    "t:1: tokens[0].sha256: what is there is not valid; expected the token's SHA-256, 64 hexadecimal "
                        + "digits"
                ]
            ),
            (
                "tokens:\n- {name: a, sha256: \(digest), roles: reader}\n- {name: b, sha256: \(digest), roles: reader}",
                ["t:3: tokens[1].sha256 is there twice; expected each once"]
            ),
        ]
    )
    func wrong(text: String, errors: [String]) {
        #expect(Self.errors(text) == errors)
    }

    @Test("a file that others may write, or that is not there, is refused")
    func file() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: SettingErrors.self) { try TokensFile.read(path) }
        try "tokens: []".write(toFile: path, atomically: true, encoding: .utf8)
        for (mode, isTaken) in [(0o600, true), (0o644, true), (0o664, false), (0o666, false)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(((try? TokensFile.read(path)) != nil) == isTaken, "\(String(mode, radix: 8))")
        }
    }

    @Test("settings read with their credentials hold them, and a changed file of one name is a change")
    func loading() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        func load(_ text: String) throws -> LoadedSettings {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let loader = SettingsLoader(
                file: nil,
                flags: [.init(name: "--x", key: "auth.tokens_file", value: path)],
                surroundings: Loading.surroundings
            )
            return try loader.loadWithCredentials()
        }
        let none = try load("tokens: []")
        let one = try load(Self.entry("roles: reader"))
        #expect(none.access == AccessList([]) && one.access != none.access)
        #expect(try SettingsReload(from: none, to: one).changed == ["auth.tokens_file"])
        #expect(try SettingsReload(from: one, to: one).changed == [])
        #expect(throws: SettingErrors.self) { try load("tokens: 1") }
    }

    @Test("credentials that were asked for at the start are asked for to the end")
    func notSwitchedOff() throws {
        let path = Self.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "tokens: []".write(toFile: path, atomically: true, encoding: .utf8)
        var guarded = try Loading.load("auth: {tokens_file: \(path)}")
        try guarded.readCredentials()
        let reload = try SettingsReload(from: guarded, to: Loading.load())
        #expect(reload.ignored == ["auth.tokens_file"] && reload.changed == [])
        #expect(reload.loaded.access == AccessList([]) && reload.loaded.settings.auth == guarded.settings.auth)
    }

    @Test("beyond loopback credentials are needed, and a warning says that they pass in clear")
    func beyondLoopback() throws {
        let loaded = try Loading.load("listen: {http: 10.0.0.1:8790}\nauth: {tokens_file: /t}")
        #expect(loaded.warnings.count == 1 && loaded.warnings[0].contains("in clear"))
    }
}
