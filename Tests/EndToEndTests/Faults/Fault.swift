import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures

/// Something that goes wrong, and that nobody who lives may be called down for.
struct Fault: Sendable {
    var name: String
    /// nil: all of them.
    var drivers: Set<String>?
    /// It is the back end's alone: then nothing is recorded of any service.
    var isBlink = false
    var happen: @Sendable (FaultWorld) async throws -> Void

    static let all: [Fault] = backEnds + daemons + services

    private static let backEnds: [Fault] = [
        Fault(name: "back end killed and started again", isBlink: true) { world in
            try await world.backEnd.kill()
            try await world.backEnd.start()
            try await world.wait(world.scale.downTime)
        },
        Fault(name: "back end away for two down times", isBlink: true) { world in
            try await world.backEnd.kill()
            try await world.wait(world.scale.downTime * 2)
            try await world.backEnd.start()
        },
        Fault(name: "back end stopped (SIGSTOP) for two down times", isBlink: true) { world in
            try await world.backEnd.freeze()
            try await world.wait(world.scale.downTime * 2)
            try await world.backEnd.thaw()
        },
        Fault(name: "back end answers slowly (stopped for half of every second) for two down times", isBlink: true) {
            world in
            for _ in 0..<(world.scale.downTime * 2) {
                try await world.backEnd.freeze()
                try await world.fleet.tries(FaultWorld.Scale.roundsInSecond / 2)
                try await world.backEnd.thaw()
                try await world.fleet.tries(FaultWorld.Scale.roundsInSecond / 2)
            }
        },
        Fault(name: "servers emptied (flush_all)", drivers: ["memcached"], isBlink: true) { world in
            for server in try world.memcached { try server.empty() }
            try await world.wait(world.scale.downTime)
        },
        Fault(
            name: "database stopped (SIGSTOP) for two down times",
            drivers: ["zookeeper", "memcached"],
            isBlink: true
        ) {
            world in
            try await world.database.current.stop()
            try await world.wait(world.scale.downTime * 2)
            world.database.current.resume()
        },
        Fault(name: "leader of the ensemble killed", drivers: ["zookeeper"], isBlink: true) { world in
            let leader = try await eventually("there is a leader") {
                try world.ensemble.servers.first { $0.mode == "leader" }
            }
            try leader.killAndRestart()
            try await world.wait(world.scale.downTime)
        },
        Fault(name: "quorum lost and regained", drivers: ["zookeeper"], isBlink: true) { world in
            let some = try world.ensemble.servers.prefix(2)
            for server in some { server.current.end() }
            try await world.wait(world.scale.downTime * 2)
            for server in some { try server.killAndRestart() }
            try await world.ensemble.ready()
        },
        Fault(name: "ensemble loses its content", drivers: ["zookeeper"], isBlink: true) { world in
            for server in try world.ensemble.servers { server.current.end() }
            for server in try world.ensemble.servers { try server.killAndRestart(isEmptied: true) }
            try await world.wait(world.scale.downTime)
        },
        Fault(name: "one of two servers killed and started again", drivers: ["memcached"], isBlink: true) { world in
            let server = try world.memcached[0]
            server.current.end()
            try await world.wait(world.scale.downTime * 2)
            try await server.killAndRestart()
        },
        Fault(
            name: "one of two servers stopped (SIGSTOP) for two down times",
            drivers: ["memcached"],
            isBlink: true
        ) { world in
            let server = try world.memcached[1]
            try await server.current.stop()
            try await world.wait(world.scale.downTime * 2)
            server.current.resume()
        },
        Fault(name: "back end away for the longest time", isBlink: true) { world in
            try await world.backEnd.kill()
            try await world.wait(world.scale.longest)
            try await world.backEnd.start()
        },
    ]

    private static let daemons: [Fault] = [
        Fault(name: "one daemon killed (SIGKILL)") { world in
            try await world.kill(1)
            try await world.wait(world.scale.downTime * 3 / 2)
            try await world.start(1)
        },
        Fault(name: "both daemons killed (SIGKILL), and started again at once") { world in
            for number in [0, 1] { try await world.kill(number) }
            for number in [0, 1] { try await world.start(number) }
            try await world.wait(world.scale.downTime)
        },
        Fault(name: "all daemons away for longer than a down time, and one service dies meanwhile") { world in
            for number in [0, 1] { try await world.kill(number) }
            try await world.wait(1)
            try await world.silence(0..<1, of: world.fleet)
            try await world.wait(world.scale.downTime + 5)
            for number in [0, 1] { try await world.start(number) }
            _ = try await world.watch.first("who died is down") {
                $0.kind == .state && $0.to == .down && $0.host == world.fleet.host(0)
            }
        },
        Fault(name: "one daemon stopped (SIGSTOP) for two down times") { world in
            try await world.daemon(1).process.stop()
            try await world.wait(world.scale.downTime * 2)
            try world.daemon(1).process.resume()
        },
        Fault(name: "one daemon hangs for two down times while its session lives on", drivers: ["zookeeper"]) { world in
            let held = try await HeldThreads(of: world.daemon(1).process, in: world.place)
            try await world.wait(world.scale.downTime * 2)
            held.release()
        },
        Fault(name: "wall clock of a daemon an hour on, an hour back", isBlink: true) { world in
            for hours in [1, -1, 0] {
                try world.setClock("one", hours * 3_600)
                try await world.wait(world.scale.downTime / 2)
            }
        },
        Fault(name: "wall clock of the database server an hour on, an hour back", isBlink: true) { world in
            for hours in [1, -1, 0] {
                try world.setClock("database", hours * 3_600)
                try await world.wait(world.scale.downTime / 2)
            }
        },
        Fault(name: "one daemon cut off from the database, behind a round robin") { world in
            for fleet in [world.fleet, world.other] { fleet.redirect(to: world.ports, .roundRobin) }
            try await world.wait(2)
            try await world.isolate("two", true)
            try await world.wait(world.scale.downTime * 2)
            try await world.isolate("two", false)
            try await world.wait(5)
            for fleet in [world.fleet, world.other] { fleet.redirect(to: world.ports, .faithful) }
        },
    ]

    private static let services: [Fault] = [
        Fault(name: "fail-over to the other daemon at 59/60 of the down time") { world in
            let rounds = world.scale.downTime * FaultWorld.Scale.roundsInSecond
            let start = world.fleet.round + 4
            let some = stride(from: 1, to: world.fleet.count, by: 2)
            world.fleet.silence(some, in: start..<(start + rounds * 59 / 60))
            try await world.fleet.tries(rounds / 2)
            world.fleet.redirect(to: world.ports.reversed())
            try await world.fleet.tries(rounds)
            world.fleet.redirect(to: world.ports)
            try await world.wait(2)
        },
        Fault(name: "services move to the other daemon and back", isBlink: true) { world in
            for ports in [world.ports.reversed(), world.ports, world.ports.reversed(), world.ports] as [[Int]] {
                world.fleet.redirect(to: ports)
                try await world.wait(world.scale.downTime * 3 / 4)
            }
        },
        Fault(name: "60 % of a zone die: held, one daemon restarted meanwhile, one dies elsewhere, then let go") {
            world in
            try await world.massFailure()
        },
        Fault(name: "60 % of a zone leave: not held") { world in try await world.scaleDown() },
    ]
}

extension FaultWorld {
    struct Unexpected: Error, CustomStringConvertible {
        var description: String
    }

    /// A fault that nothing happens in is none.
    fileprivate var ensemble: ZooKeeperServers {
        get throws {
            guard let ensemble = backEnd.ensemble else { throw Unexpected(description: "there is no ensemble") }
            return ensemble
        }
    }

    fileprivate var memcached: [MemcachedServers.Server] {
        get throws {
            guard let servers = backEnd.memcached?.servers else {
                throw Unexpected(description: "there is no memcached")
            }
            return servers
        }
    }

    private var held: [String] { get throws { try hosts("unknown", ports[1]).filter { $0.hasPrefix("other-") } } }

    fileprivate func massFailure() async throws {
        let dying = 0..<(other.count * 6 / 10)
        try await silence(dying, of: other)
        try await eventually("all of them are held") { try held.count == dying.count }
        try await kill(1)
        try await start(1)
        // Longer than a down time.
        try await wait(scale.downTime + 2)
        guard try held.count == dying.count else { throw Unexpected(description: "\(try held.count) are held") }
        let before = watch.deaths.count { other.member($0.transition.host) != nil }
        guard before == 0 else { throw Unexpected(description: "\(before) were called down before anybody let go") }
        // Another topic is judged as ever.
        try await noticeDeath()
        _ = try await daemon(0).client.releaseBrake()
        try await eventually("all who died are down") {
            watch.deaths.count { other.member($0.transition.host) != nil } == dying.count
        }
    }

    fileprivate func scaleDown() async throws {
        let left = (other.count * 6 / 10)..<other.count
        let leaving = left.prefix(left.count * 6 / 10)
        try await silence(leaving.startIndex..<leaving.endIndex, of: other)
        try await other.beats(1)
        for member in leaving {
            let name = ServiceName(host: other.host(member), binary: other.binary)
            try await daemon(0).client.leave(name, incarnation: "i-\(member)")
        }
        try await wait(scale.downTime)
        guard try await daemon(0).client.brakes().brakes.allSatisfy({ $0.releasedAt != nil }) else {
            throw Unexpected(description: "a brake engaged")
        }
    }

    /// One more service dies; returns how long after its deadline that was recorded, in milliseconds.
    @discardableResult
    func noticeDeath() async throws -> Double {
        let victim = try nextVictim()
        try await silence(victim..<(victim + 1), of: fleet)
        let death = try await watch.first("the death of one is noticed") {
            $0.kind == .state && $0.to == .down && $0.host == fleet.host(victim)
        }
        guard let heard = fleet.lastHeard(victim) else { throw Unexpected(description: "it was never heard") }
        return Double(death.arrived.monotonic - heard.sent.monotonic) / 1_000_000 - Double(scale.downTime) * 1_000
    }

    private func nextVictim() throws -> Int {
        guard let victim = (0..<fleet.count).first(where: { !isDead(fleet.host($0)) }) else {
            throw Unexpected(description: "nobody is left")
        }
        return victim
    }
}
