internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct BrakeRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Release a brake, or all: who is silent then is down.",
        discussion: """
            A topic and zone may be held twice, by its own brake and by that of the fleet: without SCOPE both are \
            released. Exit status: 0 released, 1 no brake holds that scope.

            EXAMPLES
              rollcall brake release
              rollcall brake release compute/nova
              rollcall brake release fleet
            """
    )

    @Argument(help: "TOPIC/ZONE, or fleet; every brake that holds if omitted.") var scope: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        try output.show(try await endpoints.client().releaseBrake(scope).brakes, of: BrakeCommand.columns, as: .many)
    }
}
