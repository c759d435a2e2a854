internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceIsDown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "is-down",
        abstract: "Ask whether a service is down for certain: the question to ask before evacuating.",
        discussion: """
            Exit status: 0 only when down is earned (left, reported failed, deadline missed, session expired) or \
            forced by an operator; 1 up, 2 unknown, 3 no such service, 4 no answer, \
            5 not allowed, 64 usage.

            EXAMPLES
              rollcall service is-down node1 nova-compute && evacuate node1
            """
    )

    @OptionGroup var service: ServiceArgument
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let reply = try await endpoints.client().state(of: service.name)
        try output.show([reply], of: StateColumns.all, as: .many)
        switch reply.state {
        // Down for a reason this version does not know is not known to be earned.
        case .down where reply.reason.isEarnedDown: return
        case .up: throw Failure.silently(1)
        default: throw Failure.silently(2)
        }
    }
}
