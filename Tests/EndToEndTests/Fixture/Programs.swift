import Foundation

/// The programs built beside the tests.
enum Programs {
    private static let folder: URL = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent()
    }()

    static let daemon = folder.appending(path: "rollcalld").path
    static let command = folder.appending(path: "rollcall").path

    /// What every process gets; nothing of the user's own.
    static let environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
}
