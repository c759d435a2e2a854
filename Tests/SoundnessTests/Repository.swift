import Foundation

/// The repository these tests stand in.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct NotReadable: Error {
        var what: String
    }

    /// Every file that is tracked or about to be: what git would not ignore; where there is no git, what is on disk.
    static func paths() throws -> [String] {
        let listed = try git("ls-files", "--cached", "--others", "--exclude-standard", "-z") ?? walked()
        let paths = Set(listed).filter { path in
            // A file removed and not yet committed is still listed.
            FileManager.default.fileExists(atPath: root.appending(path: path).path)
        }
        guard paths.contains("Package.swift") else { throw NotReadable(what: "no Package.swift at \(root.path)") }
        return paths.sorted()
    }

    static func text(_ path: String) throws -> String? {
        String(data: try Data(contentsOf: root.appending(path: path)), encoding: .utf8)
    }

    static func swiftFiles(below folder: String) throws -> [SourceFile] { try files(below: folder, ending: ".swift") }

    static func files(below folder: String, ending: String) throws -> [SourceFile] {
        let files = try paths().filter { $0.hasPrefix(folder + "/") && $0.hasSuffix(ending) }.map { path in
            guard let text = try text(path) else { throw NotReadable(what: path) }
            return SourceFile(path: path, text: text)
        }
        // A check that sees no file must not pass.
        guard !files.isEmpty else { throw NotReadable(what: folder) }
        return files
    }

    private static func git(_ arguments: String...) throws -> [String]? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // A checkout that belongs to another user, as in a container, is listed all the same.
        process.arguments = ["git", "-c", "safe.directory=*", "-C", root.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func walked() -> [String] {
        let enumerator = FileManager.default.enumerator(atPath: root.path)
        var paths: [String] = []
        while let path = enumerator?.nextObject() as? String {
            if path.hasPrefix(".build") || path.hasPrefix(".git/") || path == "Package.resolved" { continue }
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isDirectory)
            if !isDirectory.boolValue { paths.append(path) }
        }
        return paths
    }
}
