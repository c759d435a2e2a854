import Testing

@Suite("The house is sound")
struct RepositoryTests {
    /// Files that may be longer than others, each with its reason.
    private let longFiles: [String: String] = [:]

    @Test("every room imports only what the table allows, and drivers and stores are named in two files")
    func imports() throws {
        let problems = try Checks.imports(Repository.swiftFiles(below: "Sources"))
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }

    @Test("every target lists the modules that it imports, and no others")
    func dependencies() throws {
        let manifest = Manifest(try #require(try Repository.text("Package.swift")))
        let files =
            try Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests")
            + Repository.files(below: "Sources/Benchmarks", ending: ".c")
        #expect(manifest.targets.count > 20 && manifest.modules.contains("Hummingbird"))
        let problems = Checks.dependencies(manifest, files)
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }

    @Test("the daemon and the command line say the same release")
    func release() throws {
        let files = try Repository.swiftFiles(below: "Sources")
        let daemon = Checks.release("version", in: "LivenessCore", files)
        let command = Checks.release("current", in: "RollcallCommand", files)
        #expect(daemon.count == 1 && daemon == command)
    }

    @Test("executables hold no logic")
    func executables() throws {
        let files = try Repository.swiftFiles(below: "Sources")
        let problems = Checks.executables(files)
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
        for room in Rooms.executables { #expect(files.contains { $0.room == room }, "\(room) is missing") }
    }

    @Test("nothing traps on purpose, and nothing is left unfinished")
    func forbidden() throws {
        let problems = try Checks.forbidden(Repository.swiftFiles(below: "Sources"))
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }

    @Test("files stay short")
    func length() throws {
        let files = try Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests")
        let problems = Checks.length(files, excused: longFiles)
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }

    @Test("no file speaks of the machine it was written on")
    func machinePaths() throws {
        var problems: [String] = []
        for path in try Repository.paths() {
            // What is not text has no lines.
            guard let text = try Repository.text(path) else { continue }
            problems += Checks.machinePaths(path, text)
        }
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }

    @Test("no room keeps a placeholder beside real files")
    func placeholders() throws {
        let files = try Repository.swiftFiles(below: "Sources")
        let rooms = Dictionary(grouping: files, by: \.room)
        let stale = rooms.values.filter { $0.count > 1 }.joined().filter { $0.name == "Placeholder.swift" }
        #expect(stale.isEmpty, "\(stale.map(\.path))")
    }

    @Test("no document links to what is not there")
    func links() throws {
        let paths = try Repository.paths()
        let documents = paths.filter { $0.hasSuffix(".md") }
        #expect(documents.contains("README.md"))
        var problems: [String] = []
        for path in documents {
            guard let text = try Repository.text(path) else { continue }
            problems += Checks.links(path, text, among: Set(paths))
        }
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }
}
