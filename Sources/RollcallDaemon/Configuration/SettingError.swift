/// One thing that is wrong with the settings.
package struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
    package var origin: SettingOrigin
    /// The key as written; `nil` where the file as a whole cannot be read.
    package var key: String?
    /// What is wrong and what is expected, naming the value.
    package var message: String

    package var description: String {
        guard let key else { return "\(origin): \(message)" }
        return message.hasPrefix("is ") ? "\(origin): \(key) \(message)" : "\(origin): \(key): \(message)"
    }
}

/// Everything that is wrong with the settings, to be mended in one go.
package struct SettingErrors: Error, Sendable, CustomStringConvertible {
    package var errors: [SettingError]

    /// Those of a file by line, after the others in the order they were found.
    init(_ errors: [SettingError]) {
        self.errors = errors.enumerated()
            .sorted { ($0.element.origin.line, $0.offset) < ($1.element.origin.line, $1.offset) }
            .map(\.element)
    }

    package var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
