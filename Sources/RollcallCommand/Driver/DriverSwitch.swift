internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct DriverSwitch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switch",
        abstract: "Let another driver decide, at every daemon.",
        discussion: """
            It runs in the shadow of every daemon by then (liveness.shadow), and disagrees about nobody. Services go on \
            reporting as they did; the driver that decided until then stays, in the shadow, until it is taken out of \
            the settings. Exit status: 0 it decides, 1 refused.

            EXAMPLES
              rollcall driver switch zookeeper
              rollcall driver switch database --force
            """
    )

    @Argument(help: "database, zookeeper or memcached.") var driver: String
    @Flag(help: "Also while it does not answer, or disagrees with what stands.") var force = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let reply = try await endpoints.client().switchDriver(to: driver, force: force)
        try output.show(reply.drivers, of: DriverCommand.columns, as: .many)
    }
}
