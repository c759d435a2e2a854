internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

/// Which services a command is about.
///
/// Filters are exact; one given twice means either.
struct ServiceFilters: ParsableArguments {
    @Option(name: .customLong("host"), help: ArgumentHelp("On this host.", valueName: "host"))
    var hosts: [String] = []

    @Option(name: .customLong("binary"), help: ArgumentHelp("Of this program.", valueName: "binary"))
    var binaries: [String] = []

    @Option(name: .customLong("topic"), help: ArgumentHelp("Of this topic.", valueName: "topic"))
    var topics: [String] = []

    @Option(name: .customLong("zone"), help: ArgumentHelp("In this zone.", valueName: "zone"))
    var zones: [String] = []

    @Option(name: .customLong("state"), help: ArgumentHelp("up, down or unknown.", valueName: "state"))
    var states: [StateArgument] = []

    var isEmpty: Bool { [hosts, binaries, topics, zones].allSatisfy(\.isEmpty) && states.isEmpty }

    var query: ServiceQuery {
        var query = ServiceQuery()
        query.hosts = hosts
        query.binaries = binaries
        query.topics = topics
        query.zones = zones
        query.states = states.map(\.state)
        return query
    }
}
