import Foundation
import ServerFixtures

/// The library that moves the wall clock of one process (`Tests/WallShift/wallshift.c`).
enum WallShift {
    struct NotBuilt: Error { let message: String }

    /// Builds it there; answers where it is, for `LD_PRELOAD`.
    static func build(in place: Workplace) async throws -> String {
        let source = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "WallShift/wallshift.c").path
        let library = place.file("wallshift.so")
        let compiler = try SpawnedProcess(
            "/usr/bin/cc",
            ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source],
            environment: Programs.environment,
            output: place.unique("cc")
        )
        guard try await compiler.ended() == .exited(0) else { throw NotBuilt(message: compiler.messages) }
        return library
    }
}
