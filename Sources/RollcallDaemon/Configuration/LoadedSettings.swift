package import Outbound
package import RollcallServer

/// Settings that can be used, and how they came about.
package struct LoadedSettings: Sendable {
    package internal(set) var settings: Settings
    /// What `auth.tokens_file` says; `nil` where there is none.
    package internal(set) var access: AccessList?
    /// What the files of `tls` hold; `nil` where there are none.
    package internal(set) var tls: ServerTLS.Material?
    /// What `monitor.webhooks_file` says.
    package internal(set) var webhooks: [Webhook] = []
    /// What was changed or deserves a look; for the log.
    package internal(set) var warnings: [String] = []

    /// What to know about a value beside where it comes from, by key.
    var notes: [String: String] = [:]

    /// Of the keys that are not at their default.
    private var origins: [String: SettingOrigin] = [:]

    init(settings: Settings) {
        self.settings = settings
    }

    /// Says it once, however often the rules are applied.
    mutating func warn(_ warning: String) {
        if !warnings.contains(warning) { warnings.append(warning) }
    }

    package func origin(of key: String) -> SettingOrigin {
        origins[key] ?? .default
    }

    /// Takes a value over those of less important places.
    ///
    /// - Returns: Why not.
    mutating func adopt(_ entry: SettingEntry) -> SettingError? {
        let key = entry.key
        func failure(_ message: String) -> SettingError {
            SettingError(origin: entry.origin, key: key.name, message: message)
        }
        do {
            try key.set(entry.value, &settings)
            origins[key.name] = entry.origin
            return nil
        } catch {
            switch error {
            case .wrong: return failure("\(key.shown(entry.value.text)) is not valid; expected \(key.expected)")
            case .refused(let reason): return failure(reason)
            }
        }
    }

    /// Reads the files that say who may do what, and what is shown to them: for the daemon's eyes alone.
    mutating func readCredentials() throws(SettingErrors) {
        try readAccess()
        try readTLS()
        if let file = settings.monitor.webhooksFile { webhooks = try WebhooksFile.read(file) }
    }

    mutating func readAccess() throws(SettingErrors) {
        access = nil
        if let file = settings.auth.tokensFile { access = try TokensFile.read(file) }
    }

    mutating func readTLS() throws(SettingErrors) {
        tls = nil
        guard let certificate = settings.tls.certificate, let key = settings.tls.key else { return }
        do throws(ServerTLS.Fault) {
            tls = try ServerTLS.Material(certificate: certificate, key: key, clientAuthority: settings.tls.clientCA)
        } catch {
            let name =
                switch error.file {
                case .certificate: "tls.certificate"
                case .key: "tls.key"
                case .clientAuthority: "tls.client_ca"
                }
            throw SettingErrors([SettingError(origin: origin(of: name), key: name, message: error.message)])
        }
    }

    /// Every key with its effective value and where that comes from, in the order of the reference file.
    package var listing: [(key: String, value: String, origin: String)] {
        let topics = settings.liveness.topics.keys.sorted()
        return SettingTable.keys.flatMap { key -> [SettingKey] in
            guard key.name.contains("<topic>") else { return [key] }
            return topics.flatMap { topic in
                let name = key.name.replacing("<topic>", with: topic)
                return SettingTable.keys(ofTopic: topic).filter { $0.name == name }
            }
        }.map { key in
            let note = notes[key.name].map { ", \($0)" } ?? ""
            return (key.name, key.shownText(settings), origin(of: key.name).description + note)
        }
    }
}
