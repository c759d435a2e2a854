import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("The mirror of a scheduler", .timeLimit(.minutes(3)))
struct MirrorTests {
    private let name = ServiceName(host: "h1", binary: "worker")

    @Test("it follows what happens, says unknown when it cannot know, and goes on with a daemon that comes back")
    func life() async throws {
        let place = try Workplace()
        var options = DaemonProcess.Options.short
        options.serviceDownTime = "8s"
        try await DaemonProcess.run(place, options) { daemon in
            _ = try await daemon.client.sendHeartbeat(WireHeartbeat(host: "h1", binary: "worker"))
            let mirror = ServiceMirror(of: daemon.client, maximumStaleness: .seconds(4))
            let following = Task { await mirror.run() }
            defer { following.cancel() }
            await mirror.waitUntilFresh()
            try await eventually("the mirror shows what there is") {
                mirror.isUp(name) && mirror.hostsUp(topic: "worker") == ["h1"]
                    && mirror.answer(about: ServiceName(host: "h2", binary: "worker")) == nil
            }

            // It appears when it is made, and its death is seen.
            _ = try await daemon.client.sendHeartbeat(WireHeartbeat(host: "h2", binary: "worker"))
            try await eventually("the mirror shows what is new") { mirror.hostsUp(topic: "worker").contains("h2") }
            try await eventually("the mirror shows a death") {
                mirror.answer(about: name).map { $0.state == .down && $0.reason == .heartbeatMissed } ?? false
            }

            // A daemon that hangs says nothing, and the mirror says that it knows nothing.
            daemon.process.send(SIGSTOP)
            try await eventually("the mirror is stale") { !mirror.isFresh }
            let answer = try #require(mirror.answer(about: name))
            #expect(answer.state == .unknown && answer.reason == .mirrorStale && answer.lastState == .down)
            #expect(mirror.answer(about: name, unknownAs: .last)?.state == .down)
            daemon.process.send(SIGCONT)
            try await eventually("the mirror is fresh again") { mirror.isFresh && mirror.trouble == nil }
        }
    }

    @Test("what a daemon does not know because it has just started is not up in the mirror until it is heard")
    func restarted() async throws {
        let place = try Workplace()
        var options = DaemonProcess.Options.short
        options.serviceDownTime = "8s"
        let first = try await DaemonProcess.start(place, options)
        _ = try await first.client.sendHeartbeat(WireHeartbeat(host: "h1", binary: "worker"))
        let mirror = ServiceMirror(of: first.client, maximumStaleness: .seconds(4))
        let following = Task { await mirror.run() }
        defer { following.cancel() }
        await mirror.waitUntilFresh()
        try await eventually("it is up") { mirror.isUp(name) }
        first.process.end()
        try await eventually("the mirror is stale") { !mirror.isFresh }
        options.port = first.port
        try await DaemonProcess.run(place, options) { second in
            await mirror.waitUntilFresh()
            let answer = try #require(mirror.answer(about: name))
            #expect(answer.state != .up && answer.lastState != nil, "\(answer)")
            try await eventually("the mirror shows that nobody was heard") {
                mirror.answer(about: name)?.reason == .heartbeatMissed
            }
            _ = try await second.client.sendHeartbeat(WireHeartbeat(host: "h1", binary: "worker"))
            try await eventually("the mirror shows that it is heard") { mirror.isUp(name) }
        }
    }
}

extension FleetTests {
    @Test("when the daemon that a mirror follows is killed it goes on with another, and misses nothing")
    func mirrorGoesOn() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            try await withPair(place, try await makeDatabase(place)) { pair in
                let both = RollcallClient(endpoints: [pair.one.url, pair.two.url].compactMap(Endpoint.init))
                let mirror = ServiceMirror(of: both, maximumStaleness: .seconds(3))
                let following = Task { await mirror.run() }
                defer { following.cancel() }
                await mirror.waitUntilFresh()
                _ = try await pair.two.client.sendHeartbeat(WireHeartbeat(host: "h1", binary: "worker"))
                try await eventually("it is seen") { mirror.isUp(ServiceName(host: "h1", binary: "worker")) }
                pair.one.process.end()
                _ = try await pair.two.client.sendHeartbeat(WireHeartbeat(host: "h2", binary: "worker"))
                try await eventually("the other daemon's news are seen") {
                    mirror.answer(about: ServiceName(host: "h2", binary: "worker")) != nil && mirror.isFresh
                }
                #expect(mirror.answer(about: ServiceName(host: "h1", binary: "worker")) != nil)
            }
        }
    }
}
