internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct DaemonRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Take a daemon that is gone for good out of the count.",
        discussion: """
            What it may have heard before it went is waited for no more: services that only it heard are down once their \
            time is over. One that lives is refused, and one that flushes again is back. Exit status: 0 retired, \
            1 there is no such daemon.

            EXAMPLES
              rollcall daemon retire rollcalld-7
            """
    )

    @Argument(help: "The daemon's id, as daemon list shows it.") var id: String
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        try output.show(try await endpoints.client().retireDaemon(id).daemons, of: DaemonCommand.columns, as: .one)
    }
}
