/// What a re-read of the settings changes while the daemon runs.
package struct SettingsReload: Sendable {
    /// What to run with from now on, and to compare the next re-read with.
    package let loaded: LoadedSettings
    /// The keys whose value is another now.
    package let changed: [String]
    /// The keys whose value was changed and does not reload: they hold from the next start on.
    package let ignored: [String]

    /// What is wrong and was left as it was, while the rest was adopted.
    package let problems: [SettingError]

    /// - Parameters:
    ///   - current: What the daemon runs with.
    ///   - loaded: What was read now, free of contradictions.
    /// - Throws: The contradictions between what is adopted and what stays.
    package init(from current: LoadedSettings, to loaded: LoadedSettings) throws(SettingErrors) {
        var merged = loaded
        var changed: [String] = []
        var ignored: [String] = []
        for key in SettingTable.keys where !key.name.contains("<topic>") {
            guard key.text(current.settings) != key.text(loaded.settings) else { continue }
            switch key.reload {
            case .adopted: changed.append(key.name)
            case .atStart:
                ignored.append(key.name)
                key.copy(current.settings, &merged.settings)
            }
        }
        // Everybody could do everything at once: that is no change for a signal.
        if current.settings.auth.tokensFile != nil, merged.settings.auth.tokensFile == nil {
            merged.settings.auth = current.settings.auth
            changed.removeAll { $0 == "auth.tokens_file" }
            ignored.append("auth.tokens_file")
        }
        let topics = Set(current.settings.liveness.topics.keys).union(loaded.settings.liveness.topics.keys)
        for topic in topics.sorted() {
            for key in SettingTable.keys(ofTopic: topic) where key.text(current.settings) != key.text(loaded.settings) {
                changed.append(key.name)
            }
        }
        let errors = SettingsRules.apply(to: &merged)
        guard errors.isEmpty else { throw SettingErrors(errors) }
        // A derived id must not be derived anew.
        merged.settings.daemon = current.settings.daemon
        merged.webhooks = current.webhooks
        try merged.readAccess()
        // Certificates that do not fit together, in the middle of a renewal say, must not keep a credential from being
        // taken back.
        do {
            try merged.readTLS()
            problems = []
        } catch {
            merged.tls = current.tls
            problems = error.errors
        }
        if merged.access != current.access, !changed.contains("auth.tokens_file") { changed.append("auth.tokens_file") }
        self.loaded = merged
        self.changed = changed
        self.ignored = ignored
    }
}
