import Foundation
import LivenessCore
import Outbound
import Yams

/// The file of `monitor.webhooks_file`: who is told of changes.
///
///     webhooks:
///       - name: pager
///         url: https://pager.example.org/rollcall
///         secret_file: /etc/rollcall/pager.secret
///         topics: [compute]
///         zones: [az1, az2]
///         kinds: [state]
///         states: [down, unknown]
struct WebhooksFile {
    private static let secretPrefix = "whsec_"
    private static let keys = ["name", "url", "secret_file", "topics", "zones", "kinds", "states"]
    private static let mostBytes = 1 << 20
    /// Each is a task, and a series of its own in each metric.
    private static let most = 32
    private static let expectedPattern = "1 to 255 bytes without a slash, in which * stands for any"

    private var file: EntryFile
    private var hooks: [Webhook] = []

    /// - Throws: All that is wrong with it and with the files of secrets, at once.
    static func read(_ path: String) throws(SettingErrors) -> [Webhook] {
        let file = EntryFile(path: path) { key, text in
            text.contains(Self.secretPrefix) || key == "url" && text.contains("@")
        }
        var webhooks = WebhooksFile(file: file)
        // What is said of a fleet is sent to whom it names.
        if let text = webhooks.file.trustedText(mostBytes: mostBytes) { webhooks.read(text) }
        guard webhooks.file.errors.isEmpty else { throw SettingErrors(webhooks.file.errors) }
        return webhooks.hooks
    }

    private mutating func read(_ text: String) {
        let (entries, others) = file.list(text, below: "webhooks")
        for (key, _) in others { file.fail(key.mark?.line ?? 1, key.string, "unknown; expected webhooks") }
        if entries.count > Self.most {
            file.fail(1, "webhooks", "has \(entries.count) entries; expected at most \(Self.most)")
        }
        for (number, entry) in entries.enumerated() { read(entry, as: "webhooks[\(number)]") }
    }

    private mutating func read(_ node: Node, as place: String) {
        let errorsBefore = file.errors.count
        guard let entry = file.entry(node, as: place, keys: Self.keys) else { return }
        func value<Value>(_ key: String, _ expected: String, _ read: (RawSetting) -> Value?) -> Value? {
            file.value(key, of: entry, expected, read)
        }
        let name = value("name", "1 to 48 of the characters A-Z, a-z, 0-9, '.', '_' and '-'") { raw in
            EntryFile.scalar(raw).flatMap { $0.wholeMatch(of: #/[A-Za-z0-9._-]{1,48}/#) == nil ? nil : $0 }
        }
        let url = value("url", MonitorURL.expected) { EntryFile.scalar($0).flatMap { MonitorURL($0)?.text } }
        let secretFile = value("secret_file", "a path") { EntryFile.scalar($0).flatMap { $0.isEmpty ? nil : $0 } }
        var filter = Webhook.Filter()
        let patterns = "a list: \(Self.expectedPattern)"
        filter.topics = value("topics", patterns) { EntryFile.list($0, NamePattern.init) } ?? []
        filter.zones = value("zones", patterns) { EntryFile.list($0, NamePattern.init) } ?? []
        let kinds = Transition.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        if let named = value("kinds", "a list of \(kinds)", { EntryFile.list($0, Transition.Kind.init(rawValue:)) }) {
            filter.kinds = Set(named)
        }
        let states = LivenessState.allCases.map(\.word).joined(separator: ", ")
        filter.states = Set(
            value("states", "a list of \(states)") { EntryFile.list($0, LivenessState.init(word:)) } ?? []
        )
        for key in ["name", "url", "secret_file"] where !entry.has(key) {
            file.fail(entry.line, "\(place).\(key)", "is missing")
        }
        if let name, hooks.contains(where: { $0.name == name }) {
            file.fail(entry.line, "\(place).name", "\(name) is there twice; expected each once")
        }
        let secret = secretFile.flatMap { readSecret($0, entry.line, place) }
        guard file.errors.count == errorsBefore, let name, let url, let secret else { return }
        hooks.append(Webhook(name: name, url: url, secret: secret, filter: filter))
    }

    /// As Standard Webhooks writes secrets: `whsec_` and 24 to 64 bytes in base64.
    private mutating func readSecret(_ path: String, _ line: Int, _ place: String) -> [UInt8]? {
        let key = "\(place).secret_file"
        guard !path.hasPrefix(Self.secretPrefix) else {
            file.fail(line, key, "is the secret itself; expected the path of a file that holds it")
            return nil
        }
        var secretFile = EntryFile(path: path)
        guard let text = secretFile.trustedText(mostBytes: 1 << 20) else {
            for error in secretFile.errors { file.fail(line, key, "\(path) \(error.message)") }
            return nil
        }
        let first = text.prefix { $0 != "\n" && $0 != "\r\n" }
        guard first.hasPrefix(Self.secretPrefix),
            let secret = Data(base64Encoded: String(first.dropFirst(Self.secretPrefix.count))),
            (24...64).contains(secret.count)
        else {
            file.fail(
                line,
                key,
                "\(path) holds no secret; expected its first line to be \(Self.secretPrefix) and 24 to 64 bytes in "
                    + "base64: `(printf \(Self.secretPrefix); openssl rand -base64 32) > \(path)`"
            )
            return nil
        }
        return Array(secret)
    }
}
