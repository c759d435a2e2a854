import ArgumentParser
import DirectReporting
import Foundation

/// Drives a daemon from another process and measures what that costs it.
@main
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall-load",
        abstract: "Drive a daemon with heartbeats and questions, and measure what that costs it.",
        discussion: """
            It starts the daemon itself, in a temporary directory and on a free port of loopback, and ends it. All that it \
            does is bounded in number and time. Services beat at their interval, spread over it, in calls of --batch; \
            with --flat-out each connection sends its next call as soon as the last one is answered.

            Other settings of the daemon are taken from the environment, as it takes them itself: \
            ROLLCALL_LIVENESS_DRIVER=memcached, for one.

            What counts is the CPU time of the daemon per unit of work, which depends little on what else runs. Deaths \
            are services that cease to beat; T_D is how long after their deadline a watcher is told.

            EXAMPLES
              rollcall-load --daemon .build/release/rollcalld
              rollcall-load --services 100000 --batch 1000 --connections 4 --seconds 60 --kill 1000
              ROLLCALL_LIVENESS_DRIVER=memcached ROLLCALL_MEMCACHED_SERVERS=127.0.0.1:11211 rollcall-load \
                --services 1000 --direct
              rollcall-load --services 500 --connections 32 --batch 1 --flat-out --seconds 8
            """
    )

    @Option(help: "The daemon's program.") var daemon = ".build/release/rollcalld"
    @Option(help: "The database: a URL as of database.url; a new file where there is none.") var databaseUrl: String?
    @Option(help: "Processes of the back end whose CPU time is counted as well, by id.") var backend: [Int32] = []
    @Option(help: "Services, 1 to 2,000,000.") var services = 10_000
    @Option(help: "Seconds between two heartbeats of a service, 0.05 to 3,600.") var interval = 10.0
    @Option(help: "The daemon's service_down_time in seconds, at least 2.5 intervals.") var downTime: Double?
    @Option(help: "Seconds to measure heartbeats for, 1 to 7,200.") var seconds = 20.0
    @Option(help: "Connections that carry heartbeats, 1 to 1,000.") var connections = 4
    @Option(help: "Heartbeats in a call, 1 to 10,000.") var batch = 1_000
    @Flag(help: "Send as fast as answers come, whatever the interval.") var flatOut = false
    @Flag(help: "Send each heartbeat in a signed datagram, once all are registered.") var datagrams = false
    @Option(help: "Reporters that sign the datagrams, 1 to 100,000.") var reporters = 100
    @Flag(help: "Ask for an acknowledgement of each datagram.") var acknowledged = false
    @Flag(help: "Have each service tell the daemon's driver itself, memcached or ZooKeeper, once all are registered.")
    var direct = false
    @Option(help: "Services that cease to beat, at most half of them.") var kill = 0
    @Flag(help: "Those who are to cease beat a last time all at once: their deadlines are the same.") var together =
        false
    @Option(help: "Services that pause for half their down time.") var silence = 0
    @Option(help: "Watchers of the log, 0 to 20,000.") var watchers = 0
    @Option(help: "Seconds to ask for single states, at --questions-per-second, 0 to 600.") var asking = 0.0
    @Option(help: "Questions a second.") var questionsPerSecond = 10_000
    @Option(help: "How often all services are listed, 0 to 1,000.") var lists = 3
    @Flag(help: "End the daemon with SIGKILL at last, start it again, and look how soon it answers right.")
    var restart = false
    @Option(help: "A file for the figures as JSON.") var json: String?

    func validate() throws {
        _ = try plan()
    }

    private func plan() throws -> LoadPlan {
        func check(_ isGood: Bool, _ option: String, _ value: some CustomStringConvertible, _ expected: String) throws {
            if !isGood { throw ValidationError("--\(option) is \(value), expected \(expected)") }
        }
        let isProgram = FileManager.default.isExecutableFile(atPath: daemon)
        try check(isProgram, "daemon", daemon, "a program")
        try check(1...2_000_000 ~= services, "services", services, "1 to 2000000")
        try check(0.05...3_600 ~= interval, "interval", interval, "0.05 to 3600")
        let downTime = downTime ?? max(interval * 2.5, 1)
        try check(
            interval * 2.5...90_000 ~= downTime,
            "down-time",
            downTime,
            "2.5 intervals (\(interval * 2.5)) to 90000"
        )
        try check(1...7_200 ~= seconds, "seconds", seconds, "1 to 7200")
        try check(
            1...1_000 ~= connections && connections <= services,
            "connections",
            connections,
            "1 to 1000, and to --services"
        )
        try check(1...10_000 ~= batch, "batch", batch, "1 to 10000")
        try check(1...100_000 ~= reporters, "reporters", reporters, "1 to 100000")
        try check(!(datagrams && flatOut), "flat-out", flatOut, "no --datagrams: nobody answers them")
        try check(!(datagrams && together), "together", together, "no --datagrams")
        let driver = direct ? try LoadPlan.directDriver(ProcessInfo.processInfo.environment) : nil
        // Each has a connection of its own, in ZooKeeper's library with threads of its own.
        try check(!direct || services <= 5_000, "services", services, "1 to 5000 with --direct")
        try check(
            !(direct && (datagrams || flatOut || together)),
            "direct",
            direct,
            "no other way of beating beside it"
        )
        if let driver, case .zooKeeper = driver {
            try check(kill == 0 && silence == 0, "kill", kill, "0 with ZooKeeper: a session ends with its process")
        }
        try check(0...services / 2 ~= kill, "kill", kill, "0 to half of --services")
        try check(0...services / 2 ~= silence, "silence", silence, "0 to half of --services")
        try check(0...20_000 ~= watchers, "watchers", watchers, "0 to 20000")
        try check(0...600 ~= asking, "asking", asking, "0 to 600")
        try check(1...100_000 ~= questionsPerSecond, "questions-per-second", questionsPerSecond, "1 to 100000")
        try check(0...1_000 ~= lists, "lists", lists, "0 to 1000")
        return LoadPlan(
            daemon: daemon,
            databaseURL: databaseUrl,
            backend: backend,
            services: services,
            interval: interval,
            downTime: downTime,
            seconds: seconds,
            connections: connections,
            batch: batch,
            isFlatOut: flatOut,
            datagrams: datagrams ? LoadPlan.Datagrams(reporters: reporters, areAcknowledged: acknowledged) : nil,
            direct: driver,
            killed: kill,
            dieTogether: together,
            silenced: silence,
            watchers: watchers,
            asking: asking,
            questionsPerSecond: questionsPerSecond,
            lists: lists,
            restarts: restart
        )
    }

    func run() async throws {
        var load = try Load(try plan())
        let report = try await load.run()
        print(report.table)
        if let json { try report.json.write(to: URL(filePath: json)) }
        for failure in report.failures {
            FileHandle.standardError.write(Data("rollcall-load: \(failure)\n".utf8))
        }
        if !report.failures.isEmpty { throw ExitCode(1) }
    }
}
