import Foundation
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    @Test("two daemons over one MariaDB notice every one of 100 deaths among 1,100 services, and agree")
    func companyDetection() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let url = try await makeDatabase(place)
            try await noticeDeaths(place, "database") { Self.options(url, $0) }
        }
    }

    @Test("two daemons over memcached notice every one of 100 deaths among 1,100 services, and agree")
    func memcachedDetection() async throws {
        try await MariaDBServer.provide {
            try await MemcachedServers.provide {
                let place = try Workplace()
                let url = try await makeDatabase(place)
                let memcached = try MemcachedServers.here()
                try await noticeDeaths(place, "memcached") { Self.options(url, $0, memcached) }
            }
        }
    }

    /// The deadline counts from the sending of the last heartbeat: the earliest that it can be.
    func noticeDeaths(
        _ place: Workplace,
        _ driver: String,
        _ options: (String) -> DaemonProcess.Options
    ) async throws {
        let seconds = try #require(options("one").serviceDownTime?.dropLast())
        let downTime = try #require(Double(seconds)) * 1_000
        try await DaemonProcess.run(place, options("one")) { one in
            try await DaemonProcess.run(place, options("two")) { two in
                let fleet = Fleet("fleet", count: 1_100, lanes: 6, interval: .milliseconds(500), port: 0)
                fleet.redirect(to: [one.port, two.port])
                let victims = 0..<100
                let log = TransitionWatch(port: one.port)
                let verdicts = try VerdictWatch(
                    ports: [one.port, two.port],
                    hosts: victims.map(fleet.host),
                    binary: "worker"
                )
                try await log.run {
                    try await fleet.run {
                        try await fleet.beats(4)
                        try await verdicts.run {
                            // Eight or nine die in each of 12 rounds.
                            let start = fleet.round + 2
                            for victim in victims { fleet.silence([victim], fromRound: start + victim * 12 / 100) }
                            try await eventually("each daemon shows 100 dead") {
                                victims.allSatisfy { verdicts.downs(of: fleet.host($0)) != nil }
                            }
                            // Whoever was to die wrongly by what came before has its chance.
                            try await fleet.beats(5)
                        }
                    }
                }
                #expect(fleet.problems.isEmpty && log.problems.isEmpty && log.isGapFree && verdicts.problems.isEmpty)
                for death in log.deaths {
                    let member = try #require(fleet.member(death.transition.host))
                    if !victims.contains(member) { report(bystander: member, death, fleet, downTime: downTime) }
                }
                #expect(Set(log.deaths.map(\.transition.host)).count == log.deaths.count, "each is recorded once")
                var first: [Double] = []
                var apart: [Double] = []
                for victim in victims {
                    let heard = try #require(fleet.lastHeard(victim))
                    let downs = try #require(verdicts.downs(of: fleet.host(victim))).map { down in
                        Double(down.monotonic - heard.sent.monotonic) / 1_000_000 - downTime
                    }
                    first.append(downs.min() ?? .nan)
                    apart.append((downs.max() ?? .nan) - (downs.min() ?? .nan))
                }
                print("\(driver), two daemons: T_D after the deadline, at the first: \(Distribution(first))")
                print("\(driver), two daemons: until both say so: \(Distribution(apart))")
                print("\(driver), two daemons: a question took \(verdicts.resolution.rounded()) ms at most")
                #expect(Distribution(first).least >= 0)
                if ProcessInfo.processInfo.environment["ROLLCALL_SHOW_TIMES"] == "1" {
                    #expect(Distribution(first).greatest <= 1_500 && Distribution(apart).greatest <= 1_500)
                }
            }
        }
    }
}
