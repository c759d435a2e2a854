import Foundation
import LivenessCore
import Outbound
import Testing

@testable import RollcallDaemon

@Suite("The file of webhooks")
struct WebhooksFileTests {
    /// What is wrong with a file that says this; `SECRET` stands for the path of a good secret.
    private func problems(_ text: String) throws -> (hooks: [Webhook], problems: [String]) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = folder.appending(path: "secret").path
        try "whsec_\(Data(repeating: 7, count: 32).base64EncodedString())\n"
            .write(toFile: secret, atomically: true, encoding: .utf8)
        try "whsec_c2hvcnQ=\n".write(toFile: secret + ".short", atomically: true, encoding: .utf8)
        let file = folder.appending(path: "webhooks.yaml").path
        try text.replacing("SECRET", with: secret).write(toFile: file, atomically: true, encoding: .utf8)
        for path in [file, secret, secret + ".short"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        do throws(SettingErrors) {
            return (try WebhooksFile.read(file), [])
        } catch {
            let words = error.errors.map { "\($0)".replacing(file, with: "w").replacing(secret, with: "SECRET") }
            return ([], words)
        }
    }

    @Test("an entry is read with its filter and its secret")
    func good() throws {
        let read = try problems(
            "webhooks: [{name: a, url: 'http://h/p', secret_file: SECRET, topics: [compute], zones: 'az*', "
                + "kinds: [state, daemon], states: [down]}]"
        )
        #expect(read.problems == [])
        let hook = try #require(read.hooks.first)
        #expect(hook.name == "a" && hook.url == "http://h/p" && hook.secret == [UInt8](repeating: 7, count: 32))
        #expect(hook.filter.kinds == [.state, .daemon] && hook.filter.states == [.down])
        #expect(hook.filter.topics == [NamePattern("compute")] && hook.filter.zones == [NamePattern("az*")])
    }

    @Test(
        "what is wrong is named with its place, its value and what is expected",
        arguments: [
            ("", "w:1: expected the key webhooks, with a list"),
            ("webhooks: []\nx: 1", "w:2: x: unknown; expected webhooks"),
            (
                "webhooks: [{name: a, secret_file: SECRET}]",
                "w:1: webhooks[0].url is missing"
            ),
            (
                "webhooks: [{name: a b, url: 'http://h', secret_file: SECRET}]",
                #"w:1: webhooks[0].name: "a b" is not valid; "#
                    + "expected 1 to 48 of the characters A-Z, a-z, 0-9, '.', '_' and '-'"
            ),
            (
                "webhooks: [{name: a, url: 'ftp://h', secret_file: SECRET}]",
                #"w:1: webhooks[0].url: "ftp://h" is not valid; "#
                    + "expected http://HOST[:PORT][/PATH] or https://…, without a user in it"
            ),
            (
                "webhooks: [{name: a, url: 'http://h', secret_file: SECRET, states: [dead]}]",
                "w:1: webhooks[0].states: [dead] is not valid; expected a list of up, down, unknown"
            ),
        ]
    )
    func wrong(text: String, problem: String) throws {
        #expect(try problems(text).problems == [problem])
    }

    @Test("a secret that is short or not there is refused, and is not shown")
    func secrets() throws {
        for name in ["SECRET.short", "SECRET.none"] {
            let read = try problems("webhooks: [{name: a, url: 'http://h', secret_file: \(name)}]")
            #expect(read.problems.count == 1 && read.problems[0].contains(name))
            #expect(!read.problems[0].contains("c2hvcnQ="))
        }
    }

    @Test(
        "what may be a secret is not shown",
        arguments: [
            "webhooks: [{name: a, url: 'http://h', secret_file: whsec_c2VjcmV0}]",
            "webhooks: [{name: a, url: 'http://ann:hush@h', secret_file: SECRET}]",
        ]
    )
    func hidden(text: String) throws {
        let read = try problems(text)
        #expect(
            read.problems.count == 1 && !read.problems[0].contains("c2VjcmV0") && !read.problems[0].contains("hush")
        )
    }

    @Test("the example is whole but for its secrets")
    func example() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Config/webhooks.yaml")
        let text = try String(contentsOf: path, encoding: .utf8)
            .replacing(#/secret_file: \/etc\/rollcall\/\w+\.secret/#, with: "secret_file: SECRET")
        let read = try problems(text)
        #expect(read.problems == [])
        #expect(read.hooks.map(\.name) == ["pager", "chat"])
    }
}
