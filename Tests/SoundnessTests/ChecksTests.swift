import Testing

@Suite("The checks of the house can fail")
struct ChecksTests {
    private func problems(_ path: String, _ text: String, _ check: ([SourceFile]) -> [String]) -> [String] {
        check([SourceFile(path: path, text: text)])
    }

    @Test("imports are found in every way they are written")
    func importForms() {
        let file = SourceFile(
            path: "Sources/X/A.swift",
            text: """
                import A
                public import B
                @testable import C
                @preconcurrency package import D
                  internal import struct E.Thing
                @_spi(Inner) import F // why
                #if canImport(NotThis)
                // import NotThat
                let text = "import NotThese"
                importer()
                import func G.call
                """
        )
        #expect(file.imports.map(\.module) == ["A", "B", "C", "D", "E", "F", "G"])
        #expect(file.imports.map(\.line) == [1, 2, 3, 4, 5, 6, 11])
        #expect(file.room == "X")
    }

    @Test(
        "a room that imports what stands above or beside it is named",
        arguments: [
            ("LivenessCore", "Foundation"), ("LivenessCore", "Logging"), ("LivenessCore", "LivenessEngine"),
            ("LivenessEngine", "RollcallWire"), ("LivenessEngine", "StoreSQLite"), ("LivenessEngine", "Foundation"),
            ("StoreSQLite", "LivenessEngine"), ("StoreSQLite", "DriverDatabase"), ("DriverDatabase", "StoreSQLite"),
            ("DriverDatabase", "RollcallServer"), ("DriverDatabase", "GRDB"), ("RollcallWire", "LivenessCore"),
            ("RollcallWire", "Foundation"), ("RollcallServer", "StoreSQLite"), ("RollcallClient", "LivenessCore"),
            ("MariaDBClient", "LivenessCore"), ("RollcallCommand", "LivenessCore"), ("Telemetry", "LivenessCore"),
            ("rollcalld", "LivenessEngine"),
        ]
    )
    func forbiddenImport(room: String, module: String) {
        let path = "Sources/\(room)/Folder/File.swift"
        #expect(
            problems(path, "import Swift\nimport \(module)\n", Checks.imports).contains(
                "\(path):2: \(room) must not import \(module)"
            )
        )
    }

    @Test("what the table allows is no problem")
    func allowedImport() {
        #expect(problems("Sources/LivenessCore/A.swift", "import Synchronization", Checks.imports) == [])
        #expect(problems("Sources/DriverDatabase/A.swift", "package import LivenessCore", Checks.imports) == [])
        #expect(problems("Sources/Benchmarks/Core/A.swift", "import Anything", Checks.imports) == [])
    }

    @Test("concrete drivers and stores are imported by the two factories alone")
    func factories() {
        let text = "import StoreSQLite"
        #expect(problems("Sources/RollcallDaemon/StoreFactory.swift", text, Checks.imports) == [])
        #expect(
            problems("Sources/RollcallDaemon/Daemon.swift", text, Checks.imports)
                == [
                    "Sources/RollcallDaemon/Daemon.swift:1: only DriverFactory.swift and StoreFactory.swift name StoreSQLite"
                ]
        )
    }

    @Test("a room nobody entered into the table is named")
    func unknownRoom() {
        #expect(
            problems("Sources/Attic/A.swift", "", Checks.imports)
                == ["Sources/Attic/A.swift: the room Attic is not in the table of rooms"]
        )
    }

    @Test("an executable that decides something, or is long, is named")
    func executables() {
        let path = "Sources/rollcall/Main.swift"
        #expect(
            problems(
                path,
                "@main struct Main {\n    static func main() async { await X.main() }\n}",
                Checks.executables
            ) == []
        )
        #expect(
            problems(path, "func f() {\n    if a { b() }\n}", Checks.executables) == [
                "\(path):2: logic in an executable"
            ]
        )
        #expect(
            problems(path, String(repeating: "\n", count: 12), Checks.executables) == ["\(path): 13 lines; at most 12"]
        )
        let two = [SourceFile(path: path, text: ""), SourceFile(path: "Sources/rollcall/B.swift", text: "")]
        #expect(Checks.executables(two).count == 1)
    }

    @Test(
        "what traps or is unfinished is named",
        arguments: [
            "fatalError()", "fatalError (\"x\")", "let a = try! b()", "x as! Y", "preconditionFailure()", "// TODO: x",
            "// FIXME",
        ]
    )
    func forbidden(line: String) {
        #expect(problems("Sources/X/A.swift", "\n" + line, Checks.forbidden).count == 1)
    }

    @Test(
        "what only looks like it is not",
        arguments: ["try?", "x as? Y", "let fatalErrors = 1", "if !was {", "alias!", "todo"]
    )
    func allowed(line: String) {
        #expect(problems("Sources/X/A.swift", line, Checks.forbidden) == [])
    }

    @Test("a module that is listed and not imported is named, and so is one that is imported and not listed")
    func dependencies() {
        let manifest = Manifest(
            """
            .target(name: "A"),
            .target(
                name: "B",
                dependencies: ["A", .product(name: "P", package: "p")],
                plugins: [.plugin(name: "Q", package: "q")]
            ),
            .executableTarget(name: "tool", dependencies: ["B"], path: "Sources/Tools/tool"),
            .testTarget(name: "BTests", dependencies: ["B", "tool"]),
            """
        )
        #expect(manifest.targets.map(\.folder) == ["Sources/A", "Sources/B", "Sources/Tools/tool", "Tests/BTests"])
        #expect(manifest.targets.map(\.dependencies) == [[], ["A", "P"], ["B"], ["B", "tool"]])
        func problems(_ tests: String) -> [String] {
            Checks.dependencies(
                manifest,
                [
                    SourceFile(path: "Sources/A/A.swift", text: "import Foundation"),
                    SourceFile(path: "Sources/B/B.swift", text: "import A\nimport P"),
                    SourceFile(path: "Sources/Tools/tool/T.swift", text: "import B"),
                    SourceFile(path: "Tests/BTests/B.swift", text: tests),
                ]
            )
        }
        #expect(problems("@testable import B\nimport Testing") == [])
        #expect(
            problems("import A") == ["BTests lists B and does not import it", "BTests imports A and does not list it"]
        )
        #expect(Checks.dependencies(manifest, []).first == "A: no file below Sources/A")
    }

    @Test("a release is found by its name and its room")
    func release() {
        let files = [
            SourceFile(path: "Sources/X/A.swift", text: "  package static let version = \"1.2.3\""),
            SourceFile(path: "Sources/Y/A.swift", text: "  static let version = \"1.2.4\"\n  static let name = \"x\""),
        ]
        #expect(Checks.release("version", in: "X", files) == ["1.2.3"])
        #expect(Checks.release("version", in: "Y", files) == ["1.2.4"])
        #expect(Checks.release("name", in: "Y", files) == [])
    }

    @Test("a file over the limit is named, and so is an excuse that is not needed")
    func length() {
        let long = SourceFile(path: "Sources/X/A.swift", text: String(repeating: "\n", count: Checks.maximumLines))
        #expect(Checks.length([long], excused: [:]) == ["Sources/X/A.swift: 451 lines; at most 450"])
        #expect(Checks.length([long], excused: ["Sources/X/A.swift": "why"]) == [])
        #expect(Checks.length([], excused: ["Sources/X/A.swift": "why"]) == ["Sources/X/A.swift: needs no excuse"])
    }

    @Test("a path of somebody's machine is named, one that everybody has is not")
    func machinePaths() {
        let folders = ["ho" + "me", "wo" + "rk", "ro" + "ot", "Us" + "ers"]
        for folder in folders {
            #expect(Checks.machinePaths("a", "x\nsee /\(folder)/me/x").count == 1)
            #expect(Checks.machinePaths("a", "\"/\(folder)/x\"").count == 1)
        }
        for text in [
            "$HOME/.local", "/var/lib/rollcall", "a/\(folders[1])/b", "/tmp/x", "/usr/lib", "/\(folders[0])work",
            "http://\(folders[1])/x",
        ] {
            #expect(Checks.machinePaths("a", text) == [], "\(text)")
        }
    }

    @Test("a link to a file that is not there is named, one to a file, a folder or an address is not")
    func links() {
        let paths: Set = ["README.md", "Config/rollcalld.yaml", "Sources/X/X.docc/X.md"]
        func problems(_ text: String) -> [String] { Checks.links("Sources/X/X.docc/X.md", text, among: paths) }
        #expect(
            problems("a\n[b](c.md) and [d](../../../README.md)")
                == ["Sources/X/X.docc/X.md:2: a link to what is not there: c.md"]
        )
        #expect(problems("[a](../../../../README.md)").count == 1)
        #expect(problems("![a](../missing.png \"title\")").count == 1)
        for text in [
            "[a](X.md#top)", "[a](#top)", "[a](../../../Config)", "[a](/Config/rollcalld.yaml)", "[a](https://x.org/y)",
            "<doc:Other>", "```\n[a](nowhere)\n```",
        ] {
            #expect(problems(text) == [], "\(text)")
        }
    }
}
