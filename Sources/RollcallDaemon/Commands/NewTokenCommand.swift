import ArgumentParser
import FoundationEssentials
import Glibc
import RollcallServer

/// `rollcalld new-token`: makes a token, and the entry that lets the daemon know it.
struct NewTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-token",
        abstract: "Makes a token, and the entry for the file that auth.tokens_file names.",
        discussion: """
            The entry goes to standard output, so that it can be appended; the token goes to a new file that only its \
            owner reads. The daemon knows the token once it has read its file again (SIGHUP).

            EXAMPLES
              rollcalld new-token --name node1 --roles reporter --hosts node1 --to node1.token >> tokens.yaml
              rollcalld new-token --name operations --roles operator --to operations.token >> tokens.yaml
            """
    )

    @Option(help: ArgumentHelp("What its holder is called in the audit log.", valueName: "name"))
    var name: String
    @Option(parsing: .upToNextOption, help: ArgumentHelp("reporter, reader or operator.", valueName: "role"))
    var roles: [String]
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Hosts a reporter beats for; * stands for any characters.", valueName: "host")
    )
    var hosts: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Binaries a reporter beats for; all, where none is named.", valueName: "binary")
    )
    var binaries: [String] = []
    @Option(help: ArgumentHelp("From when on it counts no more, such as 2030-01-01T00:00:00Z.", valueName: "time"))
    var expires: String?
    @Option(help: ArgumentHelp("The file that the token goes to; there must be none yet.", valueName: "file"))
    var to: String

    /// 256 bits: nobody guesses them, and no slow hash is needed.
    private static let tokenBytes = 32

    func run() throws {
        let token = "rollcall_" + Self.hexadecimal((0..<Self.tokenBytes).map { _ in UInt8.random(in: .min ... .max) })
        let entry = entry(Self.hexadecimal(AccessList.digest(of: token)))
        do {
            _ = try TokensFile.read(text: "tokens:\n" + entry, of: "the entry")
        } catch {
            for problem in error.errors { StandardStreams.complain("\(problem.key ?? ""): \(problem.message)") }
            throw ExitCode.validationFailure
        }
        try write(token + "\n")
        try StandardStreams.write(entry)
    }

    private func entry(_ digest: String) -> String {
        var lines = ["  - name: \(Self.quoted(name))", "    sha256: \(digest)", "    roles: \(Self.list(roles))"]
        if !hosts.isEmpty { lines.append("    hosts: \(Self.list(hosts))") }
        if !binaries.isEmpty { lines.append("    binaries: \(Self.list(binaries))") }
        if let expires { lines.append("    expires: \(Self.quoted(expires))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func list(_ texts: [String]) -> String {
        "[" + texts.map(quoted).joined(separator: ", ") + "]"
    }

    /// Between single quotes YAML takes everything but a single quote as it is.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Creates the file, which is nobody else's from the beginning.
    private func write(_ text: String) throws {
        let file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            StandardStreams.complain("--to \(to): \(String(cString: strerror(errno)))")
            throw ExitCode.failure
        }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            StandardStreams.complain("--to \(to): \(String(cString: strerror(errno)))")
            throw ExitCode.failure
        }
    }
}
