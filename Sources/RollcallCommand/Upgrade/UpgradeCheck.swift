internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct UpgradeCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check whether daemons and programs are all of one version, and who is not.",
        discussion: """
            Looks at the daemons that count (not left, not retired, seen within a day of the one seen last), at the \
            phase of the schema that they have seen, and at each program that is named.

            Exit status, as of nova-status upgrade check: 0 ready, 1 a warning, 2 not ready, 255 no answer.

            EXAMPLES
              rollcall upgrade check
              rollcall upgrade check nova-compute nova-conductor
              rollcall upgrade check nova-compute --at-least 74
            """
    )

    @Argument(help: "Programs to look at as well.") var binaries: [String] = []

    @Option(
        help: ArgumentHelp("With an older version a program is not ready; without it, two versions are a warning.")
    )
    var atLeast: Int64?

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    private static let unexpected: Int32 = 255

    private static let columns: [Column<UpgradeFinding>] = [
        Column("check") { .string($0.check) },
        Column("result") { .string($0.result.word) },
        Column("details") { .string($0.details) },
    ]

    func validate() throws {
        guard let atLeast else { return }
        guard !binaries.isEmpty else { throw ValidationError("--at-least is the version of a program: name one") }
        guard (0...Int64(Int32.max)).contains(atLeast) else {
            throw ValidationError("--at-least is not from 0 to \(Int32.max)")
        }
    }

    func run() async throws {
        let findings = try await findings(endpoints.client())
        try output.show(findings, of: Self.columns, as: .many)
        let worst = findings.map(\.result).max() ?? .success
        if worst != .success { throw Failure.silently(worst.rawValue) }
    }

    private func findings(_ client: RollcallClient) async throws(Failure) -> [UpgradeFinding] {
        do {
            let daemons = try await client.daemons().daemons
            var findings = [UpgradeFinding(releasesOf: daemons), UpgradeFinding(phasesOf: daemons)]
            for binary in binaries {
                let reply = try await client.versions(of: binary, limit: UpgradeFinding.named + 1)
                findings.append(UpgradeFinding(versions: reply, atLeast: atLeast))
            }
            return findings
        } catch {
            throw Failure(status: Self.unexpected, Failure(error).message)
        }
    }
}
