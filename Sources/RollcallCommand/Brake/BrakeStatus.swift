internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct BrakeStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "List the brakes that hold, then those released last.",
        discussion: """
            A brake holds the services of a topic in a zone (TOPIC/ZONE), or the whole fleet. It is released when \
            enough of them are heard again, when its time is over (brake.max_hold), or by hand.

            EXAMPLES
              rollcall brake status
              rollcall brake status -f json
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        try output.show(try await endpoints.client().brakes().brakes, of: BrakeCommand.columns, as: .many)
    }
}
