import Foundation
import ServerFixtures
import Testing

@Suite("The units of systemd", .timeLimit(.minutes(2)))
struct SystemdUnitTests {
    /// systemd's own measure in tenths, from 0 to 100.
    ///
    /// Below 20 a unit can do little more than its work.
    private static let mostExposure = "20"

    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../systemd")
    }

    private func run(
        _ program: String,
        _ arguments: [String]
    ) async throws -> (ending: SpawnedProcess.Ending, said: String) {
        let process = try SpawnedProcess(
            program,
            arguments,
            environment: Programs.environment,
            output: place.unique("systemd")
        )
        return (try await process.ended(), process.output + process.messages)
    }

    @Test(
        "systemd understands every line of them, and finds little that they can harm",
        arguments: ["rollcalld.service", "rollcall-agent@.service"]
    )
    func unit(name: String) async throws {
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        // It looks for the programs, which are not installed here.
        let here = text.replacing("/usr/bin/rollcalld ", with: "\(Programs.daemon) ")
            .replacing("/usr/bin/rollcall ", with: "\(Programs.command) ")
        try #require(here != text)
        try place.write(here, to: name)
        let instance = name.replacing("@.", with: "@a-b.")
        if instance != name { try place.write(here, to: instance) }
        let verified = try await run("/usr/bin/systemd-analyze", ["verify", "--man=no", place.file(instance)])
        #expect(verified.ending == .exited(0) && verified.said == "", "\(verified.said)")
        let arguments = ["security", "--offline=true", "--threshold=\(Self.mostExposure)", place.file(name)]
        let measured = try await run("/usr/bin/systemd-analyze", arguments)
        #expect(measured.ending == .exited(0), "\(measured.said)")
        print(measured.said.split(separator: "\n").last { $0.contains("exposure") } ?? "no measure")
    }

    @Test("the user that they run as is made, and the folder that only it reads")
    func surroundings() async throws {
        for (file, text) in [("passwd", "root:x:0:0::/root:/bin/sh\n"), ("group", "root:x:0:\n")] {
            try FileManager.default.createDirectory(atPath: place.file("etc"), withIntermediateDirectories: true)
            try place.write(text, to: "etc/\(file)")
        }
        for (program, file, options) in [
            ("systemd-sysusers", "rollcall.sysusers", []), ("systemd-tmpfiles", "rollcall.tmpfiles", ["--create"]),
        ] {
            let arguments = ["--root=\(place.path)"] + options + [folder.appending(path: file).path]
            let made = try await run("/usr/bin/\(program)", arguments)
            #expect(made.ending == .exited(0), "\(made.said)")
        }
        #expect(try String(contentsOfFile: place.file("etc/passwd"), encoding: .utf8).contains("rollcall:x:"))
        let attributes = try FileManager.default.attributesOfItem(atPath: place.file("etc/rollcall"))
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o750)
    }
}
