internal import ArgumentParser

/// The checks of an agent.
struct CheckOptions: ParsableArguments {
    @Option(
        name: .customLong("check"),
        help: ArgumentHelp("Passes while this shell command exits with 0; repeatable.", valueName: "command")
    )
    var commands: [String] = []

    @Option(
        name: .customLong("check-unit"),
        help: ArgumentHelp("Passes while this systemd unit is active; repeatable.", valueName: "unit")
    )
    var units: [String] = []

    @Option(
        name: .customLong("check-http"),
        help: ArgumentHelp("Passes while this address answers with a status below 400; repeatable.", valueName: "url")
    )
    var addresses: [String] = []

    @Option(
        name: .customLong("check-pidfile"),
        help: ArgumentHelp("Passes while the process named in this file lives; repeatable.", valueName: "file")
    )
    var pidFiles: [String] = []

    @Option(
        name: .customLong("check-interval"),
        help: ArgumentHelp("Time between checks; by default --interval, or 10s.", valueName: "duration")
    )
    var interval: DurationText?

    @Option(
        name: .customLong("check-timeout"),
        help: ArgumentHelp("A check that takes longer has failed.", valueName: "duration")
    )
    var timeout: DurationText?

    func validate() throws {
        if let interval, interval.seconds < 0.01 { throw ValidationError("--check-interval must be at least 10ms") }
        if let timeout, timeout.seconds < 0.01 { throw ValidationError("--check-timeout must be at least 10ms") }
    }

    func checks(defaultInterval: DurationText?) -> [Check] {
        let kinds =
            commands.map(Check.Kind.command) + units.map(Check.Kind.unit) + addresses.map(Check.Kind.http)
            + pidFiles.map(Check.Kind.pidFile)
        let interval = (interval ?? defaultInterval)?.duration ?? .seconds(10)
        return kinds.map { Check(kind: $0, interval: interval, timeout: timeout?.duration ?? .seconds(10)) }
    }
}
