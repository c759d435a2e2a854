import Foundation
import ServerFixtures

/// A source in C among the tests, for what a test needs and Swift cannot do.
enum CProgram {
    struct NotBuilt: Error { let message: String }

    /// Builds `Tests/<path>` with the compiler's `options`; answers where the result is.
    static func build(_ path: String, as name: String, _ options: [String], in place: Workplace) async throws -> String
    {
        let source = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: path).path
        let result = place.file(name)
        let compiler = try SpawnedProcess(
            "/usr/bin/cc",
            ["-O1", "-Wall", "-Werror"] + options + ["-o", result, source],
            environment: Programs.environment,
            output: place.unique("cc")
        )
        guard try await compiler.ended() == .exited(0) else { throw NotBuilt(message: compiler.messages) }
        return result
    }
}
