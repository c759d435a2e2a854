import Foundation

/// A directory that is removed with its last reference.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init(_ name: String) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
