internal import ArgumentParser
internal import DirectReporting
internal import Foundation
internal import HeartbeatRelay
internal import RollcallClient
internal import RollcallWire

/// The verb `agent`.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Beat for a service that knows nothing of Rollcall.",
        discussion: """
            While every check passes, and the child it started lives, it beats; without either, while it runs itself. \
            When a check fails, or the child ends by itself, whatever its status, it reports that the service failed; \
            before the first heartbeat there is nothing to report. When it is stopped (SIGTERM, SIGINT, or SIGHUP of \
            a terminal that is closed) it passes the signal to the child (SIGTERM for SIGHUP), waits for it, and \
            leaves; a child that has not ended after --stop-timeout is killed. Killed with SIGKILL it does neither, \
            and its child lives on.

            A service that an operator forced down may still run. With --on-forced-down COMMAND the agent runs that (with \
            sh) as soon as a daemon says so, at its next heartbeat: to stop what must not work beside its successor. It \
            beats on, and runs it again when the service is forced down again, and not when it fails. An agent that is \
            done waits for one that runs, at most five minutes. What stops others needs the right to: the unit's user has \
            none.

            With --listen it is a relay as well: agents and scripts report to it as they do to a daemon (--endpoint), and it \
            passes on in few calls what came within --gather. It answers what a daemon answered, and nothing before; where \
            none answers, it sends them to their next endpoint. Services on other hosts that were last heard through a relay \
            that is lost are unknown (reporter_lost), not down. Without --binary it beats for itself, as rollcall-relay.

            Exit status: that of a child that ended by itself (128 + the signal that killed it), else 0.

            EXAMPLES
              rollcall agent --binary my-worker -- /usr/bin/my-worker --serve
              rollcall agent --binary postgres --check-unit postgresql.service
              rollcall agent --binary web --check-http http://127.0.0.1:8080/ok
              rollcall agent --binary cron --check-pidfile /run/crond.pid
              rollcall agent --binary nova-compute --check-unit nova-compute.service \\
                --on-forced-down 'systemctl stop nova-compute'
              rollcall agent --binary my-worker --direct --zookeeper zk1:2181,zk2:2181 \\
                -- /usr/bin/my-worker
              rollcall agent --listen 10.1.7.1:8791 \\
                --listen-token-file /etc/rollcall/rack.token \\
                --endpoint http://daemon1:8790 --endpoint http://daemon2:8790
            """
    )

    @Option(help: "The program it beats for; with --listen rollcall-relay.") var binary: String?
    @Option(help: "The host it runs on; by default this one's name.") var host: String?
    @OptionGroup var description: HeartbeatDescription
    @OptionGroup(title: "Checks") var checks: CheckOptions

    @Option(
        help: ArgumentHelp(
            "How long a child that is to stop may take, before it is killed; 60s.",
            valueName: "duration"
        )
    )
    var stopTimeout: DurationText?

    @Option(
        help: ArgumentHelp(
            "Run when an operator has forced the service down, also if that was so at the start.",
            valueName: "command"
        )
    )
    var onForcedDown: String?
    @Flag(
        help: ArgumentHelp(
            "Beat in signed datagrams where the daemon reads them, and over HTTP when one is not acknowledged.",
            discussion:
                "They cost a daemon a fraction of what heartbeats over HTTP do. The daemon says with its answers where "
                + "it reads them (listen.datagram); they are signed with a key that is made of the token."
        )
    )
    var datagram = false
    @OptionGroup(title: "Direct") var direct: DirectOptions
    @OptionGroup(title: "Relay") var relay: ListenOptions

    @OptionGroup var endpoints: EndpointOptions

    @Argument(parsing: .postTerminator, help: "After --: the child to start, and its arguments.")
    var child: [String] = []

    /// Shorter than the 90 s after which systemd kills both, so that there is time to leave.
    private static let patience = Duration.seconds(60)

    /// The service that a relay is.
    private static let relayBinary = "rollcall-relay"

    /// How long one daemon may take to answer a relay: whoever reports to it waits no longer than 2 s.
    private static let relayTimeout = Duration.milliseconds(1_500)

    func validate() throws {
        if relay.listen != nil, datagram || direct.direct {
            throw ValidationError(
                "--listen goes with neither --datagram nor --direct: by its own calls daemons know that a relay lives"
            )
        }
        if binary == nil, relay.listen == nil { throw ValidationError("Missing expected argument '--binary <binary>'") }
    }

    private func heartbeatRelay(on host: String) throws -> HeartbeatRelay? {
        guard let settings = try relay.settings(host: host) else { return nil }
        var configuration = try endpoints.configuration()
        configuration.relay = host
        configuration.answerTimeout = Self.relayTimeout
        configuration.lastTryAfter = Self.relayTimeout * 2
        let client = RollcallClient(endpoints: try endpoints.resolved(), configuration: configuration)
        return HeartbeatRelay(settings: settings, client: client)
    }

    func run() async throws {
        let host = host ?? ProcessInfo.processInfo.hostName
        let relay = try heartbeatRelay(on: host)
        var configuration = try endpoints.configuration()
        // By its own heartbeats daemons know how often it calls.
        if relay != nil { configuration.relay = host }
        var heartbeat = description.heartbeat(host: host, binary: binary ?? Self.relayBinary)
        heartbeat.incarnation = UUID().uuidString.lowercased()
        let status = try await AgentSession(
            heartbeat: heartbeat,
            direct: direct.driver()?.reporter(of: heartbeat),
            endpoints: endpoints.resolved(),
            configuration: configuration,
            usesDatagrams: datagram,
            checks: checks.checks(defaultInterval: description.interval),
            child: child,
            fence: onForcedDown.map(Fence.init),
            relay: relay,
            patience: stopTimeout?.duration ?? Self.patience,
            console: Console.current
        ).run()
        if status != 0 { throw Failure.silently(status) }
    }
}
