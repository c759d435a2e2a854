import DriverDatabase
import LivenessCore

/// Makes the liveness driver that the settings name.
enum DriverFactory {
    static func make(_ settings: Settings, over store: any RecordStore) -> any LivenessDriver {
        // The others are refused when the settings are read.
        DatabaseDriver(table: store, daemon: settings.daemon.id)
    }
}
