import Foundation

/// A directory for one test, with the database and the output of its processes; gone afterwards.
final class Workplace: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var databaseURL: String { "sqlite://\(path)/rollcall.sqlite" }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// A new file name with that beginning.
    func unique(_ name: String) -> String { file("\(name)-\(UUID().uuidString.prefix(8))") }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    }
}
