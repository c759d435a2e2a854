import LivenessCore

/// Table `fleet_settings`.
enum SettingRow {
    /// nil when nobody has set it.
    static func setting(_ name: String, in session: some SQLSession) throws -> FleetSetting? {
        try session.row(one, [name.stored], of: "fleet_settings") { stored in
            FleetSetting(
                name: name,
                value: try stored.text(0),
                setAt: try stored.time(1) ?? Timestamp(microseconds: 0),
                setBy: try stored.text(2)
            )
        }
    }

    private static let one = SQLText("SELECT value, set_at, set_by FROM fleet_settings WHERE name = ?")

    static func write(_ setting: FleetSetting, to session: some SQLSession) throws {
        try session.execute(
            insertion,
            [setting.name.stored, setting.value.stored, setting.setAt.stored, setting.setBy.stored]
        )
    }

    private static let insertion = SQLText { dialect in
        """
        INSERT INTO fleet_settings (name, value, set_at, set_by) VALUES (?, ?, ?, ?) \
        \(dialect.updating(["value", "set_at", "set_by"], ifThereIsOneOf: "name"))
        """
    }
}
