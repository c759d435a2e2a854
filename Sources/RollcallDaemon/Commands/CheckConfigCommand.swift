import ArgumentParser

/// `rollcalld check-config`: reads the settings as a start would, and shows what would hold and why.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Checks the settings and prints each with where it comes from.",
        discussion: """
            Exits with 0 when a start would accept them, else with 1 and all that is wrong on standard error; with 74 \
            when what it prints cannot be written.
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let loaded = try options.load(withCredentials: true)
        try StandardStreams.write(Self.table(loaded) + "\n")
        for warning in loaded.warnings { StandardStreams.complain("warning: \(warning)") }
        let unreadable = loaded.settings.unreadableFiles
        for file in unreadable { StandardStreams.complain("\(file)") }
        if !unreadable.isEmpty { throw ExitCode.failure }
    }

    /// Key, value and origin in columns.
    static func table(_ loaded: LoadedSettings) -> String {
        let rows = loaded.listing
        let keyWidth = rows.map(\.key.count).max() ?? 0
        // A long value, a path mostly, must not push every origin out of sight.
        let valueWidth = min(rows.map(\.value.count).max() ?? 0, 40)
        return rows.map { row in
            "\(padded(row.key, keyWidth))  \(padded(row.value, valueWidth))  \(row.origin)"
        }.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
