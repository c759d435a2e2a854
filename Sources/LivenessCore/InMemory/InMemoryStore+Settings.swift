extension InMemoryStore {
    package func fleetSetting(_ name: String) async throws(StoreError) -> FleetSetting? {
        try reading { $0.settings[name] }
    }

    package func settle(_ first: FleetSetting) async throws(StoreError) -> FleetSetting {
        try writing { tables in
            let standing = tables.settings[first.name] ?? first
            tables.settings[first.name] = standing
            return standing
        }
    }

    package func exchange(_ setting: FleetSetting, for standing: FleetSetting?) async throws(StoreError) -> Bool {
        try writing { tables in
            let found = tables.settings[setting.name]
            guard found?.value == standing?.value, found?.setBy == standing?.setBy else { return false }
            tables.settings[setting.name] = setting
            return true
        }
    }

    package func change(
        _ setting: FleetSetting,
        from value: String,
        _ event: DaemonEvent
    ) async throws(StoreError) -> Recorded<FleetSetting>? {
        try writing { tables in
            guard tables.settings[setting.name]?.value == value else { return nil }
            tables.settings[setting.name] = setting
            return Recorded(setting, transitions: [tables.append(event)])
        }
    }
}
