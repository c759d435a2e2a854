import ArgumentParser
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
              rollcalld new-token --name node1 --roles reporter --hosts node1 \\
                --to node1.token >> tokens.yaml
              rollcalld new-token --name operations --roles operator \\
                --to operations.token >> tokens.yaml
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
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Topics a reporter may name; all, where none is named.", valueName: "topic")
    )
    var topics: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Zones a reporter may name; all, where none is named.", valueName: "zone")
    )
    var zones: [String] = []
    @Option(help: ArgumentHelp("From when on it counts no more, such as 2030-01-01T00:00:00Z.", valueName: "time"))
    var expires: String?
    @Option(help: ArgumentHelp("The file that the token goes to; there must be none yet.", valueName: "file"))
    var to: String

    /// 256 bits: nobody guesses them, and no slow hash is needed.
    private static let tokenBytes = 32

    func validate() throws {
        for text in hosts + binaries + topics + zones where text.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            throw ValidationError("\(String(reflecting: text)): expected no line breaks and control characters")
        }
    }

    func run() throws {
        let random = (0..<Self.tokenBytes).map { _ in UInt8.random(in: .min ... .max) }
        let token = "rollcall_" + TokensFile.hexadecimal(random)
        let entry = TokensFile.entry(
            name: name,
            sha256: AccessList.digest(of: token),
            roles: roles,
            patterns: [("hosts", hosts), ("binaries", binaries), ("topics", topics), ("zones", zones)],
            expires: expires
        )
        do {
            _ = try TokensFile.read(text: "tokens:\n" + entry, of: "the entry")
        } catch {
            for problem in error.errors {
                let key = problem.key?.replacing("tokens[0].", with: "--") ?? "the entry"
                StandardStreams.complain("\(key): \(problem.message)")
            }
            throw ExitCode.validationFailure
        }
        try write(token + "\n")
        do { try StandardStreams.write(entry) } catch {
            unlink(to)
            throw error
        }
    }

    /// Creates the file, which is nobody else's from the beginning.
    private func write(_ text: String) throws {
        let file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            let failure = failure()
            unlink(to)
            throw failure
        }
    }

    private func failure() -> ExitCode {
        StandardStreams.complain("--to \(to): \(String(cString: strerror(errno)))")
        return .failure
    }
}
