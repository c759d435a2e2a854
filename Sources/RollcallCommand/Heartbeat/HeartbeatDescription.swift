internal import ArgumentParser
internal import RollcallWire

/// What a heartbeat says of its service beside its name.
struct HeartbeatDescription: ParsableArguments {
    @Option(help: "The group it belongs to; by default the binary without a leading nova-.")
    var topic: String?

    @Option(help: "Where it is.")
    var zone: String?

    @Option(help: "Which of several processes of the service on this host.")
    var worker: String?

    @Option(help: ArgumentHelp("The version of the program.", valueName: "number"))
    var version: Int64?

    @Option(help: ArgumentHelp("Time between its heartbeats, such as 10s.", valueName: "duration"))
    var interval: DurationText?

    func validate() throws {
        if let interval, !WireLimits.reportInterval.contains(interval.seconds) {
            throw ValidationError("--interval must be between 50ms and 1h")
        }
        if let version, !(0...WireLimits.highestVersion).contains(version) {
            throw ValidationError("--version must be between 0 and \(WireLimits.highestVersion)")
        }
    }

    func heartbeat(host: String, binary: String) -> WireHeartbeat {
        var heartbeat = WireHeartbeat(host: host, binary: binary)
        heartbeat.topic = topic
        heartbeat.zone = zone
        heartbeat.worker = worker
        heartbeat.version = version
        heartbeat.reportInterval = interval?.seconds
        return heartbeat
    }
}
