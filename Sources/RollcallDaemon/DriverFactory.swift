import DriverDatabase
import LivenessCore

/// Makes the liveness driver that the settings name.
enum DriverFactory {
    /// What the driver that the settings name promises.
    static func guarantees(_ settings: Settings) -> DriverGuarantees {
        DatabaseDriver.guarantees(isShared: settings.database.isShared)
    }

    static func make(_ settings: Settings, over store: any RecordStore) -> any LivenessDriver {
        // The others are refused when the settings are read.
        DatabaseDriver(table: store, daemon: settings.daemon.id, isShared: settings.database.isShared)
    }
}
