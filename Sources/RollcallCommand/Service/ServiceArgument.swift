internal import ArgumentParser
internal import RollcallWire

/// The name of one service.
struct ServiceArgument: ParsableArguments {
    @Argument(help: "The host it runs on.")
    var host: String

    @Argument(help: "The program it is.")
    var binary: String

    var name: ServiceName { ServiceName(host: host, binary: binary) }
}
