import Foundation

/// The programs built beside the tests; those in `ROLLCALL_PROGRAMS`, where a release build is to be tried.
enum Programs {
    private static let folder: URL = {
        if let folder = ProcessInfo.processInfo.environment["ROLLCALL_PROGRAMS"] { return URL(filePath: folder) }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent()
    }()

    static let daemon = folder.appending(path: "rollcalld").path
    static let command = folder.appending(path: "rollcall").path
    static let load = folder.appending(path: "rollcall-load").path

    /// What every process gets; nothing of the user's own.
    static let environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
}
