import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    @Test(
        "the driver of 1,000 beating services is switched from the database to ZooKeeper to memcached, and none is falsely down"
    )
    func switchedDriver() async throws {
        try await MariaDBServer.provide {
            try await ZooKeeperServer.provide {
                try await MemcachedServers.provide {
                    let place = try Workplace()
                    let url = try await makeDatabase(place)
                    try await SwitchedDriver(
                        place: place,
                        plain: { Self.switching(url, $0) },
                        shadowed: try { zooKeeper, memcached in
                            { Self.switching(url, $0, zooKeeper, memcached) }
                        }(ZooKeeperServer.here(), MemcachedServers.here())
                    ).run()
                }
            }
        }
    }

    private static func switching(_ url: String, _ id: String) -> DaemonProcess.Options {
        var options = options(url, id)
        options.serviceDownTime = "6s"
        return options
    }

    private static func switching(
        _ url: String,
        _ id: String,
        _ zooKeeper: ZooKeeperServers,
        _ memcached: MemcachedServers
    ) -> DaemonProcess.Options {
        var options = switching(url, id)
        options.environment = Self.options(url, id, zooKeeper).environment
            .merging(Self.options(url, id, memcached).environment) { old, _ in old }
        options.environment["ROLLCALL_LIVENESS_DRIVER"] = "database"
        options.environment["ROLLCALL_LIVENESS_SHADOW"] = "zookeeper,memcached"
        return options
    }
}

/// Two daemons over one MariaDB whose drivers change while their services beat on.
private struct SwitchedDriver {
    let place: Workplace
    /// A daemon with the database driver alone, and one with the others in its shadow.
    let plain: (String) -> DaemonProcess.Options
    let shadowed: (String) -> DaemonProcess.Options
    let fleet = Fleet("fleet", count: 1_000, lanes: 6, interval: .milliseconds(500), port: 0)
    let watch = TransitionWatch(port: 0)

    func run() async throws {
        try await watch.run {
            try await DaemonProcess.run(place, shadowed("one")) { one in
                watch.redirect(to: one.port)
                try await fleet.run {
                    try await DaemonProcess.run(place, plain("two")) { two in try await begin(one, two) }
                    fleet.redirect(to: [one.port])
                    try await fleet.beats(4)
                    try await DaemonProcess.run(place, shadowed("two")) { two in try await change(one, two) }
                }
            }
        }
        #expect(fleet.problems.isEmpty && watch.isGapFree, "\(fleet.problems.prefix(3))")
        #expect(watch.deaths.count == 3, "\(watch.deaths)")
        print("Driver switched database, zookeeper, memcached under 1,000 services: 0 false downs")
    }

    /// While two does not run the other drivers, those who only two hears are silent in one's shadow.
    private func begin(_ one: DaemonProcess, _ two: DaemonProcess) async throws {
        fleet.redirect(to: [one.port, two.port])
        try await fleet.beats(8)
        #expect(try await one.client.drivers().drivers.map(\.name) == ["database", "zookeeper", "memcached"])
        fleet.redirect(to: [two.port])
        let listed = try await eventually("each driver in the shadow disagrees") {
            let reply = try await one.client.disagreements(limit: 2_000)
            return Set(reply.disagreements.map(\.driver)).count == 2 ? reply : nil
        }
        #expect(listed.disagreements.allSatisfy { $0.opinion == .down && $0.state == .up && $0.lastShown > 6 })
        print("Two does not run them: \(listed.count) disagreements, such as \(listed.disagreements[0])")
        do {
            _ = try await one.client.switchDriver(to: "zookeeper", force: true)
            Issue.record("a driver that two does not run was let decide")
        } catch {
            #expect("\(error)".contains("driver_not_running") && "\(error)".contains("two"), "\(error)")
        }
        #expect(watch.deaths.isEmpty, "\(watch.deaths)")
        two.process.send(SIGTERM)
        _ = try await two.process.ended()
    }

    private func change(_ one: DaemonProcess, _ two: DaemonProcess) async throws {
        fleet.redirect(to: [one.port, two.port])
        try await fleet.beats(8)
        var dead = 7
        for driver in ["zookeeper", "memcached"] {
            try await eventually("nobody disagrees") { try await one.client.disagreements().count == 0 }
            _ = try await one.client.switchDriver(to: driver)
            for daemon in [one, two] {
                try await eventually("\(driver) decides at both") {
                    try await daemon.client.drivers().drivers.first?.name == driver
                }
                #expect(try await daemon.client.readiness(strict: true).ready)
            }
            try await fleet.beats(30)
            fleet.redirect(to: [two.port, one.port])
            try await fleet.beats(30)
            for daemon in [one, two] {
                let up = try await daemon.client.services().services.count { $0.binary == "worker" && $0.state == .up }
                #expect(up == 1_000 - (dead - 7), "\(driver)")
            }
            try await notice(dead)
            dead += 1
        }
        // A daemon that is started anew follows what the others have, and its file does not say.
        two.process.send(SIGTERM)
        _ = try await two.process.ended()
        try await DaemonProcess.run(place, shadowed("two")) { two in
            fleet.redirect(to: [one.port, two.port])
            #expect(try await two.client.drivers().drivers.map(\.name) == ["memcached", "database", "zookeeper"])
            try await fleet.beats(20)
            try await notice(dead)
        }
    }

    private func notice(_ member: Int) async throws {
        try await fleet.silence([member])
        let death = try await watch.first("the death of one is noticed") {
            $0.to == .down && fleet.member($0.host) == member
        }
        #expect(death.transition.reason == .heartbeatMissed)
    }
}
