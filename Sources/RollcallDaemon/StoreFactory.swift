import Foundation
import LivenessCore
import LivenessEngine
import StoreSQLite

/// Opens the store that a database URL names.
///
/// With `DriverFactory` the only place that knows concrete ones.
enum StoreFactory {
    /// It asks for the down times as they are when it needs them.
    ///
    /// - Throws: `StoreError`; `.inUse` when another daemon has the file.
    static func open(_ url: DatabaseURL, _ downTimes: DownTimes) throws(StoreError) -> any RecordStore {
        switch url {
        case .sqlite(let path):
            let directory = URL(filePath: path).deletingLastPathComponent()
            do {
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            } catch {
                throw StoreError(.unavailable, "the directory \(directory.path()) cannot be made", cause: error)
            }
            return try SQLiteStore(
                SQLiteStore.Configuration(path: path, release: Release.number, downTimes: downTimes)
            )
        }
    }
}
