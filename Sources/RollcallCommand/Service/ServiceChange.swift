internal import ArgumentParser
internal import RollcallWire

/// What `service set` changes.
struct ServiceChange: ParsableArguments {
    @Flag(help: "Let it take work.") var enable = false
    @Flag(help: "Let it take no work.") var disable = false
    @Option(help: ArgumentHelp("Why it is disabled.", valueName: "reason")) var disableReason: String?
    @Flag(help: "Force it down, whatever its heartbeats say.") var down = false
    @Flag(help: "Do not force it down any more.") var up = false
    @Option(help: "Why it is forced down.") var reason: String?
    @Option(
        help: ArgumentHelp(
            "When forcing ends by itself: 2026-01-31T12:00:00Z, or a time from now such as 2h.",
            valueName: "when"
        )
    )
    var until: Until?
    @Option(help: ArgumentHelp("Put it into this zone, whatever its heartbeats say.", valueName: "zone"))
    var assignZone: String?
    @Flag(help: "Take its zone from its heartbeats again.") var clearZone = false

    func validate() throws {
        if enable, disable { throw ValidationError("--enable or --disable, not both") }
        if up, down { throw ValidationError("--up or --down, not both") }
        if disableReason != nil, enable { throw ValidationError("--disable-reason does not go with --enable") }
        if reason != nil || until != nil, !down { throw ValidationError("--reason and --until need --down") }
        if assignZone != nil, clearZone { throw ValidationError("--assign-zone or --clear-zone, not both") }
        if patch == ServicePatch() {
            throw ValidationError("say what to change: --enable, --disable, --down, --up, --assign-zone, --clear-zone")
        }
    }

    var patch: ServicePatch {
        var patch = ServicePatch()
        if enable { patch.status = .enabled }
        if disable { patch.status = .disabled }
        if let disableReason { patch.disabledReason = .set(disableReason) }
        if down { patch.forcedDown = true }
        if up { patch.forcedDown = false }
        if let reason { patch.forcedDownReason = .set(reason) }
        if let until { patch.forcedDownUntil = .set(until.moment) }
        if let assignZone { patch.zone = .set(assignZone) }
        if clearZone { patch.zone = .cleared }
        return patch
    }
}
