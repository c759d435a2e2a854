internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

/// `rollcall what-if`: what another down time would have done.
struct WhatIfCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-if",
        abstract: "Tell what another service_down_time would have done.",
        discussion: """
            The daemons keep in the database how far apart the heartbeats came that they heard, for as long as history \
            is kept (history.max_age). What all of them heard is added up.

            false_downs says how many times a service that lived would have been called down; faster, how much sooner \
            each of the deaths would have been noticed (seconds; below zero: later). A gap that lies across the bound \
            counts as longer. A down time is never less than 2.5 times the report_interval, and gaps of less than a \
            quarter of what stands now were not counted: there false_downs is empty. Whole hours are counted, \
            of other daemons without the last minute; services that name no incarnation are not.

            EXAMPLES
              rollcall what-if --service-down-time 20s
              rollcall what-if --service-down-time 30s --topic compute --since 7d
            """
    )

    @Option(help: ArgumentHelp("The down time to try.", valueName: "duration")) var serviceDownTime: DurationText
    @Option(help: "Only services of this topic.") var topic: String?
    @Option(help: ArgumentHelp("From when on: a time, or how long ago.", valueName: "time")) var since: Since?
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    private static let columns: [Column<Trial>] = [
        Column("topic") { .string($0.topic) },
        Column("report_interval") { .real($0.reportInterval) },
        Column("service_down_time") { .real($0.serviceDownTime) },
        Column("what_if") { .real($0.tried) },
        Column("deaths") { .integer(Int64($0.deaths)) },
        Column("faster") { .real($0.faster) },
        Column("mistakes") { .integer(Int64($0.mistakes)) },
        Column("false_downs") { .whole($0.falseDowns.map(Int64.init)) },
    ]

    func run() async throws {
        let reply = try await endpoints.client().arrivals(since?.period ?? .all)
        Console.current.explain("heard by \(reply.daemons.joined(separator: ", ")) since \(reply.since)")
        let arrivals = reply.arrivals.filter { topic == nil || $0.topic == topic }
        let trials = Trial.all(of: arrivals, at: serviceDownTime.seconds)
        try output.show(trials, of: Self.columns, as: .many)
    }
}

/// From when on: an instant, or a time before now.
struct Since: ExpressibleByArgument {
    let period: ArrivalPeriod

    init?(argument: String) {
        if let duration = DurationText(argument) {
            period = .last(.seconds(duration.seconds))
        } else if let time = WireTime(argument) {
            period = .since(time)
        } else {
            return nil
        }
    }
}
