import FoundationEssentials

/// Puts settings together: flags before environment before file before defaults.
///
/// Every value is checked wherever it stands, also one that another overrides: a mistake that shows only once a flag
/// is dropped is found by nobody.
package struct SettingsLoader: Sendable {
    /// A flag as given.
    package struct Flag: Sendable {
        package var name: String
        package var key: String
        package var value: String

        package init(name: String, key: String, value: String) {
            self.name = name
            self.key = key
            self.value = value
        }
    }

    package var file: String?
    package var flags: [Flag]
    package var surroundings: Surroundings

    package init(file: String?, flags: [Flag] = [], surroundings: Surroundings) {
        self.file = file
        self.flags = flags
        self.surroundings = surroundings
    }

    /// Reads all places anew; `SIGHUP` calls this again.
    ///
    /// - Returns: Settings that contradict nothing.
    /// - Throws: All that is wrong, at once.
    package func load() throws(SettingErrors) -> LoadedSettings {
        let found = readFile() + SettingsEnvironment.read(surroundings.environment) + readFlags()
        var errors = found.errors
        var loaded = LoadedSettings(settings: Settings(surroundings: surroundings))
        for entry in found.entries {
            if let error = loaded.adopt(entry) { errors.append(error) }
        }
        // Contradictions between values that are wrong by themselves would only distract.
        if errors.isEmpty { errors = SettingsRules.apply(to: &loaded) }
        guard errors.isEmpty else { throw SettingErrors(errors) }
        return loaded
    }

    /// The same with the credentials.
    package func loadWithCredentials() throws(SettingErrors) -> LoadedSettings {
        var loaded = try load()
        try loaded.readCredentials()
        return loaded
    }

    private func readFile() -> SettingEntries {
        guard let file else { return SettingEntries() }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            let message = "cannot be read: \((error as? CocoaError)?.reason ?? String(describing: error))"
            return SettingEntries(errors: [SettingError(origin: .flag("--config"), key: file, message: message)])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            let error = SettingError(
                origin: .file(file, line: 1),
                key: nil,
                message: "not UTF-8; expected YAML in UTF-8"
            )
            return SettingEntries(errors: [error])
        }
        return SettingsFile.read(text, name: file)
    }

    private func readFlags() -> SettingEntries {
        var found = SettingEntries()
        for flag in flags {
            guard let key = SettingTable.key(named: flag.key) else {
                found.errors.append(SettingError(origin: .flag(flag.name), key: flag.key, message: "unknown"))
                continue
            }
            found.entries.append(
                SettingEntry(key: key, value: .scalar(flag.value, isString: false), origin: .flag(flag.name))
            )
        }
        return found
    }
}

extension CocoaError {
    /// The system's words without the path, which the error names already.
    var reason: String {
        switch code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
        case .fileReadNoPermission: "permission denied"
        default: (underlying as? POSIXError).map { String(describing: $0.code) } ?? String(describing: code)
        }
    }
}
