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
