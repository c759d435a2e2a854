/// One value as found somewhere: the key, what is written, and where.
struct SettingEntry: Sendable {
    var key: SettingKey
    var value: RawSetting
    var origin: SettingOrigin
}

/// What one place gave: values, and what is wrong with their names.
struct SettingEntries: Sendable {
    var entries: [SettingEntry] = []
    var errors: [SettingError] = []

    static func + (one: SettingEntries, other: SettingEntries) -> SettingEntries {
        SettingEntries(entries: one.entries + other.entries, errors: one.errors + other.errors)
    }
}
