import Foundation

@testable import RollcallDaemon

/// A load as the daemon does it, from text instead of a file of the machine.
enum Loading {
    static let surroundings = Surroundings(environment: ["HOME": "/h/op"], hostName: "node1")

    /// Loads what the file holds (`nil`: there is none), the variables and the flags.
    static func load(
        _ yaml: String? = nil,
        environment: [String: String] = ["HOME": "/h/op"],
        flags: [SettingsLoader.Flag] = [],
        hostName: String = "node1"
    ) throws -> LoadedSettings {
        let surroundings = Surroundings(environment: environment, hostName: hostName)
        guard let yaml else { return try SettingsLoader(file: nil, flags: flags, surroundings: surroundings).load() }

        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("rollcall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("rollcalld.yaml").path
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
        return try SettingsLoader(file: file, flags: flags, surroundings: surroundings).load()
    }

    /// The errors as the operator sees them, the directory of the file left out.
    static func errors(
        _ yaml: String? = nil,
        environment: [String: String] = ["HOME": "/h/op"],
        flags: [SettingsLoader.Flag] = [],
        hostName: String = "node1"
    ) throws -> [String] {
        do {
            _ = try load(yaml, environment: environment, flags: flags, hostName: hostName)
            return []
        } catch let errors as SettingErrors {
            return errors.errors.map { $0.description.replacing(#/^\S*\/rollcalld\.yaml:/#, with: "rollcalld.yaml:") }
        }
    }
}
