package import LivenessCore

extension SQLRecordStore {
    package func fleetSetting(_ name: String) async throws(StoreError) -> FleetSetting? {
        try await reading { try SettingRow.setting(name, in: $0) }
    }

    package func settle(_ first: FleetSetting) async throws(StoreError) -> FleetSetting {
        try await writing { session in
            // Whoever locks the head of the log first is first.
            _ = try LogRows(session)
            if let standing = try SettingRow.setting(first.name, in: session) { return standing }
            try SettingRow.write(first, to: session)
            return first
        }
    }

    package func exchange(_ setting: FleetSetting, for standing: FleetSetting?) async throws(StoreError) -> Bool {
        try await writing { session in
            // As `settle`: whoever locks the head of the log first is first.
            _ = try LogRows(session)
            let found = try SettingRow.setting(setting.name, in: session)
            guard found?.value == standing?.value, found?.setBy == standing?.setBy else { return false }
            try SettingRow.write(setting, to: session)
            return true
        }
    }

    package func change(
        _ setting: FleetSetting,
        from value: String,
        _ event: DaemonEvent
    ) async throws(StoreError) -> Recorded<FleetSetting>? {
        try await writing { session in
            var log = try LogRows(session)
            guard try SettingRow.setting(setting.name, in: session)?.value == value else { return nil }
            try SettingRow.write(setting, to: session)
            let transition = try log.append(event)
            try log.finish()
            return Recorded(setting, transitions: [transition])
        }
    }
}
