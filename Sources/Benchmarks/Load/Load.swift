import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import RollcallWire

/// One run, phase by phase.
struct Load {
    let plan: LoadPlan
    let daemon: DaemonUnderLoad
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    var report: LoadReport
    /// What the datagrams of each service say of it; empty where there are none.
    private var records: [DatagramBeats.Record] = []
    /// In microseconds.
    private var heartbeatCost = 0.0

    init(_ plan: LoadPlan) throws {
        self.plan = plan
        daemon = try DaemonUnderLoad(plan)
        report = LoadReport(plan)
    }

    mutating func run() async throws -> LoadReport {
        FileLimit.raise()
        do {
            try await daemon.start()
            try await register()
            try await beat()
            try await refresh()
            try await ask()
            try await refresh()
            try await list()
            if plan.restarts {
                try await refresh()
                try await restart()
            }
            if !records.isEmpty { try await stepOnTheFloorWithDatagrams() }
        } catch {
            daemon.stop()
            try? await group.shutdownGracefully()
            throw error
        }
        daemon.stop()
        try await group.shutdownGracefully()
        return report
    }

    private var interval: TimeAmount { .nanoseconds(Int64(plan.interval * 1e9)) }
    private var cost: ProcessCost { ProcessCost(of: [daemon.identifier]) }
    private var backendCost: ProcessCost { ProcessCost(of: plan.backend) }

    // MARK: Registration

    /// The first heartbeat of everyone, in large calls.
    private mutating func register() async throws {
        let empty = cost
        let tally = BeatTally()
        let began = NIODeadline.now()
        try await sendRound(sequence: 1, killedAt: .distantFuture, tally)
        let seconds = (NIODeadline.now() - began).seconds
        let after = cost
        report.expectNone(plan.services - tally.heartbeats, "services could not be registered")
        report.add("registrations a second", Double(tally.heartbeats) / seconds, "1/s", "in calls of 1,000")
        report.add("CPU of the daemon per registration", (after.cpu - empty.cpu) / Double(plan.services) * 1e6, "us")
        report.add("memory, empty", Double(empty.resident) / 1e6, "MB")
        report.add("memory, all registered", Double(after.resident) / 1e6, "MB")
        report.add("memory per service", Double(after.resident - empty.resident) / Double(plan.services), "bytes")
    }

    /// One heartbeat of everyone who lives, in large calls.
    private func sendRound(sequence: Int, killedAt: NIODeadline, _ tally: BeatTally) async throws {
        let lines = min(plan.connections, 4)
        let fleet = fleet(from: .now(), killedAt: killedAt)
        try await send(round(of: fleet, lines, sequence), until: .now() + .minutes(10), tally)
    }

    /// One heartbeat of everyone in a fleet who lives, over so many connections.
    private func round(of fleet: Fleet, _ lines: Int, _ sequence: Int) -> [BeatCursor] {
        (0..<lines).map { connection in
            BeatCursor(
                fleet,
                connection: connection,
                of: lines,
                batch: 1_000,
                isFlatOut: true,
                steps: 0..<1,
                firstSequence: sequence
            )
        }
    }

    /// The last heartbeats of those who die together, at the moment they are killed.
    private func last(of fleet: Fleet) -> [BeatCursor] {
        guard plan.dieTogether, plan.killed > 0 else { return [] }
        var dying = fleet
        dying.isOfMortals = true
        dying.killedAt = .distantFuture
        // Above the steps of a run, and below those of `refresh`.
        return round(of: dying, 2, 1 << 30)
    }

    /// Whoever lives has been heard a moment ago, and does not die of what is measured next.
    private func refresh() async throws {
        // Far beyond the steps of a run.
        try await sendRound(sequence: 1 << 40 + Int(Date().timeIntervalSince1970), killedAt: .distantPast, BeatTally())
    }

    func fleet(from began: NIODeadline, killedAt: NIODeadline) -> Fleet {
        let silence = NIODeadline.now() + interval
        return Fleet(
            count: plan.services,
            interval: interval,
            // As agents choose theirs.
            incarnation: "00000000-0000-4000-8000-000000000001",
            killed: plan.killed,
            killedAt: killedAt,
            silenced: plan.silenced,
            silence: silence..<(silence + .nanoseconds(Int64(plan.downTime * 5e8))),
            began: began
        )
    }

    private func cursors(of fleet: Fleet, flatOut: Bool) -> [BeatCursor] {
        (0..<plan.connections).map { connection in
            BeatCursor(
                fleet,
                connection: connection,
                of: plan.connections,
                batch: plan.batch,
                isFlatOut: flatOut,
                steps: 1..<Int.max
            )
        }
    }

    /// Sends what these say, each on a connection of its own; and others from another moment on.
    private func send(
        _ cursors: [BeatCursor],
        and others: [BeatCursor] = [],
        at start: NIODeadline = .distantPast,
        to port: Int? = nil,
        until end: NIODeadline,
        _ tally: BeatTally
    ) async throws {
        let target = port.map { Line.Target(port: $0, token: nil) } ?? daemon.target
        try await withThrowingTaskGroup(of: Void.self) { lines in
            for (cursor, begin) in cursors.map({ ($0, .distantPast) }) + others.map({ ($0, start) }) {
                let loop = group.next()
                lines.addTask {
                    try await Line.run({ BeatScript(cursor, from: begin, until: end, tally) }, to: target, on: loop)
                }
            }
            try await lines.waitForAll()
        }
    }

    // MARK: Heartbeats

    private mutating func beat() async throws {
        if plan.datagrams != nil { records = try await listRecords(plan.services) }
        let direct = try await openDirect()
        let deaths = Deaths()
        let revision = try await newestRevision()
        let crowd = try await openWatchers(since: revision, deaths)
        let began = NIODeadline.now() + .milliseconds(100)
        // Everyone has beaten by then, also who waited for others to share a call with.
        let killedAt = began + interval + .milliseconds(200)
        // Until the last of those who die was noticed, or is missed.
        let long = plan.killed > 0 ? plan.interval * 2 + plan.downTime + 3 : 0
        let end = began + .nanoseconds(Int64(max(plan.seconds, long) * 1e9))
        // The first step was the registration.
        let fleet = fleet(from: began - interval, killedAt: plan.killed > 0 ? killedAt : .distantFuture)
        let tally = BeatTally()
        let (before, backendBefore) = (cost, backendCost)
        var acknowledged = 0
        if let datagrams = plan.datagrams {
            acknowledged = try await send(datagrams, of: records, fleet, until: end, tally)
        } else if plan.direct != nil {
            await send(direct, fleet, until: end, tally)
        } else {
            try await send(
                cursors(of: fleet, flatOut: plan.isFlatOut),
                and: last(of: fleet),
                at: fleet.killedAt,
                until: end,
                tally
            )
        }
        let (after, backendAfter) = (cost, backendCost)
        let seconds = (NIODeadline.now() - began).seconds
        await deaths.wait(for: plan.killed, atMost: min(plan.downTime / 2, 10))
        report.expectNone(tally.refused, "heartbeats were refused")
        report.expectNone(tally.broken, "connections broke")
        guard tally.heartbeats > 0 else { return report.fail("no heartbeat was answered") }
        let each = 1e6 / Double(tally.heartbeats)
        heartbeatCost = (after.cpu - before.cpu) * each
        if plan.isFlatOut, plan.batch == 1 {
            try await stepOnTheFloor { load, port, end, tally in
                let fleet = load.fleet(from: .now(), killedAt: .distantFuture)
                try await load.send(load.cursors(of: fleet, flatOut: true), to: port, until: end, tally)
            }
        }
        let what = plan.datagrams != nil ? "datagrams" : plan.direct != nil ? "renewals" : "calls"
        report.add(
            "heartbeats a second",
            Double(tally.heartbeats) / seconds,
            "1/s",
            "\(tally.heartbeats) in \(tally.calls) \(what)"
        )
        report.add("CPU of the daemon per heartbeat", heartbeatCost, "us")
        report.add("CPU of the daemon", (after.cpu - before.cpu) / seconds * 100, "% of a core")
        if !plan.backend.isEmpty {
            report.add("CPU of the back end per heartbeat", (backendAfter.cpu - backendBefore.cpu) * each, "us")
        }
        report.add("answer to a call of heartbeats", tally.latencies)
        if !plan.isFlatOut { report.add("a heartbeat's wait for its call", tally.delays, "in this client") }
        if let datagrams = plan.datagrams { try await tellDatagrams(datagrams, tally, acknowledged: acknowledged) }
        report.add("memory at the end", Double(after.resident) / 1e6, "MB")
        report.add("memory at most", Double(after.peak) / 1e6, "MB")
        tell(deaths, tally, fleet)
        tell(crowd, deaths)
        for watcher in crowd.channels { try? await watcher.close() }
    }

    /// The program beside this one that does nothing with what it reads.
    private static var floor: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: own).deletingLastPathComponent().appending(path: "rollcall-floor").path
        }
    }

    private mutating func stepOnTheFloorWithDatagrams() async throws {
        guard let datagrams = plan.datagrams else { return }
        try await stepOnTheFloor { load, port, end, tally in
            let fleet = load.fleet(from: .now() - load.interval, killedAt: .distantFuture)
            _ = try await load.send(datagrams, of: load.records, fleet, to: port, until: end, tally)
        }
    }

    /// The same calls to a server that does nothing with them.
    private mutating func stepOnTheFloor(_ send: (Load, Int, NIODeadline, BeatTally) async throws -> Void) async throws
    {
        let output = FileManager.default.temporaryDirectory.appending(path: "rollcall-floor-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: output) }
        let floor = try await ListeningProcess.start(try Self.floor, [], output: output)
        defer { ListeningProcess.end(floor.process) }
        let tally = BeatTally()
        let end = NIODeadline.now() + .nanoseconds(Int64(min(plan.seconds, 5) * 1e9))
        let before = ProcessCost(of: [floor.process.processIdentifier])
        try await send(self, floor.port, end, tally)
        let after = ProcessCost(of: [floor.process.processIdentifier])
        guard tally.heartbeats > 0, after.cpu > before.cpu else { return report.fail("the floor answered nothing") }
        let cost = (after.cpu - before.cpu) / Double(tally.heartbeats) * 1e6
        report.add("CPU of the least that a server can do", cost, "us", "per call, in the same run")
        report.add("the daemon's beside it", heartbeatCost / cost, "times")
    }

    /// Deaths, and who was called dead and lives.
    private mutating func tell(_ deaths: Deaths, _ tally: BeatTally, _ fleet: Fleet) {
        let downs = deaths.downs
        let (judged, delays) = (Latencies(), Latencies())
        let clocks = Clocks()
        var missed = 0
        for service in 0..<plan.services where fleet.isMortal(service) {
            guard let down = downs[service], let heard = tally.lastHeard(service) else {
                missed += 1
                continue
            }
            let deadline = heard + .nanoseconds(Int64(plan.downTime * 1e9))
            judged.record(clocks.moment(of: down.judged) - deadline)
            delays.record(down.told - deadline)
        }
        let falseDowns = downs.keys.count { !fleet.isMortal($0) }
        if plan.killed > 0 {
            report.add("a death is judged, after its deadline", judged, "by the daemon's clock")
            report.add("a death is told, after its deadline", delays, "to a watcher, once recorded")
        }
        if !plan.isFlatOut { report.add("false downs", Double(falseDowns), "services") }
        report.expectNone(missed, "deaths were not told")
        if !plan.isFlatOut { report.expectNone(falseDowns, "services that live were called down") }
    }

    // MARK: Watchers

    private struct Crowd {
        var channels: [any Channel] = []
        var deliveries: [Deliveries] = []
    }

    private mutating func openWatchers(since revision: Int64, _ deaths: Deaths) async throws -> Crowd {
        var crowd = Crowd()
        let before = cost
        crowd.channels.append(
            try await Watcher.open(since: revision, from: daemon.target, on: group.next()) { deaths.hear($0) }
        )
        for _ in 0..<plan.watchers {
            let deliveries = Deliveries()
            crowd.deliveries.append(deliveries)
            crowd.channels.append(
                try await Watcher.open(since: revision, from: daemon.target, on: group.next()) { deliveries.hear($0) }
            )
        }
        if plan.watchers > 0 {
            report.add("memory per watcher", Double(cost.resident - before.resident) / Double(plan.watchers), "bytes")
        }
        return crowd
    }

    private mutating func tell(_ crowd: Crowd, _ deaths: Deaths) {
        guard plan.watchers > 0 else { return }
        let events = deaths.events
        let clocks = Clocks()
        let delays = Latencies()
        var missing = 0
        for watcher in crowd.deliveries {
            let all = watcher.all
            if !watcher.hasBegunAnew { missing += max(0, events.count - all.count) }
            for one in all {
                if let event = events[one.revision] { delays.record(one.told - clocks.moment(of: event.judged)) }
            }
        }
        report.add(
            "a change is told, after it was judged",
            delays,
            "to \(plan.watchers) watchers, \(events.count) changes"
        )
        report.expectNone(missing, "changes were not told to a watcher")
    }

    // MARK: Questions

    private mutating func ask() async throws {
        guard plan.asking > 0 else { return }
        let tally = CallTally()
        let (target, services) = (daemon.target, plan.services)
        let lines = min(32, plan.questionsPerSecond)
        let before = cost
        let began = NIODeadline.now() + .milliseconds(50)
        let end = began + .nanoseconds(Int64(plan.asking * 1e9))
        let share = Double(plan.questionsPerSecond) / Double(lines)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for line in 0..<lines {
                let loop = self.group.next()
                let first = began + .nanoseconds(Int64(1e9 / share) * Int64(line) / Int64(lines))
                group.addTask {
                    try await Line.run(
                        { QuestionScript(services: services, perSecond: share, from: first, until: end, tally) },
                        to: target,
                        on: loop
                    )
                }
            }
            try await group.waitForAll()
        }
        let after = cost
        report.expectNone(tally.failed, "questions were not answered")
        guard tally.answered > 0 else { return }
        report.add("questions a second", Double(tally.answered) / plan.asking, "1/s")
        report.add("CPU of the daemon per question", (after.cpu - before.cpu) / Double(tally.answered) * 1e6, "us")
        report.add("answer to a question", tally.latencies, "from when it was due")
    }

    // MARK: Lists

    private mutating func list() async throws {
        guard plan.lists > 0 else { return }
        let lists = CallTally()
        let before = cost
        try await repeated(.getting("/v1/services"), lists)
        let after = cost
        report.expectNone(lists.failed, "lists were not answered")
        report.add("CPU of the daemon per list", (after.cpu - before.cpu) / Double(plan.lists) * 1_000, "ms")
        report.add("list of all services", lists.latencies.percentile(50), "ms", "median of \(plan.lists)")
        guard let tag = try await get("/v1/services").head.headers.first(name: "ETag") else {
            return report.fail("a list has no ETag")
        }
        let same = CallTally(expecting: .notModified)
        let settled = self.cost
        try await repeated(.getting("/v1/services", [("If-None-Match", tag)]), same, times: plan.lists * 20)
        report.expectNone(same.failed, "unchanged lists were sent again")
        report.add(
            "CPU of the daemon per unchanged list",
            (cost.cpu - settled.cpu) / Double(plan.lists * 20) * 1_000,
            "ms"
        )
        report.add("answer to an unchanged list", same.latencies.percentile(50), "ms", "median of \(plan.lists * 20)")
    }

    private func repeated(_ head: HTTPRequestHead, _ tally: CallTally, times: Int? = nil) async throws {
        let times = times ?? plan.lists
        try await Line.run({ RepeatedScript(head, times: times, tally) }, to: daemon.target, on: group.next())
    }

    // MARK: Restart

    /// Killed and started again: how soon it answers, and whether what it answers is right.
    private mutating func restart() async throws {
        daemon.kill()
        let began = NIODeadline.now()
        try await daemon.start()
        while try await get("/readyz").head.status != .ok {
            guard NIODeadline.now() - began < .minutes(2) else { return report.fail("it was not ready in two minutes") }
            try await Task.sleep(for: .milliseconds(10))
        }
        report.add("ready after a crash", (NIODeadline.now() - began).seconds, "s")
        let groups = try await get("/v1/groups")
        let counts = try JSONDecoder().decode(GroupsReply.self, from: Data(groups.body.readableBytesView)).groups
        let (up, down) = (counts.reduce(0) { $0 + $1.up }, counts.reduce(0) { $0 + $1.down })
        let unknown = counts.reduce(0) { $0 + $1.unknown }
        report.add("up right after it", Double(up), "services", "\(unknown) unknown, with their last state")
        report.add("down right after it", Double(down), "services")
        report.add("memory after a crash", Double(cost.resident) / 1e6, "MB")
    }

    private func newestRevision() async throws -> Int64 {
        let reply = try await get("/v1/services?limit=1")
        return try JSONDecoder().decode(Newest.self, from: Data(reply.body.readableBytesView)).revision
    }

    private struct Newest: Decodable { var revision: Int64 }

    /// One request on a connection of its own.
    func get(_ path: String) async throws -> OnceScript.Answer {
        let answer = OnceScript.Kept()
        try await Line.run(
            { OnceScript(.getting(path), answer) },
            to: daemon.target,
            on: group.next(),
            keepsBodies: true
        )
        guard let answer = answer.value else { throw LoadError("\(path) was not answered") }
        return answer
    }
}

/// The wall clock beside the monotonic one.
private struct Clocks {
    private let wall = Int64(Date().timeIntervalSince1970 * 1e6)
    private let monotonic = NIODeadline.now()

    /// When the wall clock showed that, in microseconds since 1970.
    func moment(of time: Int64) -> NIODeadline { monotonic - .microseconds(wall - time) }
}

extension TimeAmount {
    fileprivate var seconds: Double { Double(nanoseconds) / 1e9 }
}
