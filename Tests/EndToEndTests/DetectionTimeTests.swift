import Foundation
import RollcallClient
import RollcallWire
import ServerFixtures
import Synchronization
import Testing

/// Notes when a mirror first shows each of some services down.
final class MirrorWatch: Sendable {
    private let mirror: ServiceMirror
    private let services: [(number: Int, name: ServiceName)]
    private let found = Mutex<[Int: Moment]>([:])

    init(_ mirror: ServiceMirror, _ services: [(number: Int, name: ServiceName)]) {
        self.mirror = mirror
        self.services = services
    }

    /// By number.
    var deaths: [Int: Moment] { found.withLock { $0 } }

    /// Looks until it shows all of them.
    func run() async throws {
        try await eventually("the mirror shows all of them down") {
            let known = deaths
            for (number, name) in services where known[number] == nil && mirror.answer(about: name)?.state == .down {
                found.withLock { $0[number] = .now }
            }
            return deaths.count == services.count
        }
    }
}

extension FleetTests {
    /// The deadline is one second after the daemon accepted the last heartbeat, which was between its sending and its
    /// answer.
    ///
    /// Both bounds count from the sending: it is the earliest the deadline can be, so "never before" is exact and what
    /// is printed is never too small.
    @Test("every one of 200 deaths is noticed after its deadline, and none of 1,000 bystanders is ever down")
    func detectionTime() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place, .short) { daemon in
            let fleet = Fleet("fleet", count: 1_200, lanes: 6, port: daemon.port)
            let watch = TransitionWatch(port: daemon.port)
            let victims = 0..<200
            let mirror = ServiceMirror(of: daemon.client)
            let shown = MirrorWatch(
                mirror,
                victims.map { ($0, ServiceName(host: fleet.host($0), binary: fleet.binary)) }
            )
            let following = Task { await mirror.run() }
            let watching = Task { try await shown.run() }
            defer {
                following.cancel()
                watching.cancel()
            }
            try await watch.run {
                try await fleet.run {
                    try await fleet.beats(2)
                    // Eight or nine die in each of 24 rounds.
                    let start = fleet.round + 2
                    for victim in victims { fleet.silence([victim], fromRound: start + victim / 6 * 24 / 34) }
                    try await eventually("200 deaths are seen") { watch.deaths.count >= victims.count }
                    try await eventually("200 deaths are in the mirror") { shown.deaths.count == victims.count }
                    // Whoever was to die wrongly by what came before has its chance.
                    try await fleet.beats(5)
                }
            }
            #expect(fleet.problems.isEmpty && watch.problems.isEmpty && watch.isGapFree)

            var recorded: [Double] = []
            var seen: [Double] = []
            var width: [Double] = []
            var mirrored: [Double] = []
            for death in watch.deaths {
                let member = try #require(fleet.member(death.transition.host))
                guard victims.contains(member) else {
                    report(bystander: member, death, fleet)
                    continue
                }
                let heard = try #require(fleet.lastHeard(member))
                #expect(death.transition.reason == .heartbeatMissed)
                recorded.append(Double(death.transition.at.microseconds - heard.sent.wall) / 1_000 - 1_000)
                let inMirror = try #require(shown.deaths[member])
                mirrored.append(Double(inMirror.monotonic - heard.sent.monotonic) / 1_000_000 - 1_000)
                seen.append(Double(death.arrived.monotonic - heard.sent.monotonic) / 1_000_000 - 1_000)
                width.append(Double(heard.answered.monotonic - heard.sent.monotonic) / 1_000_000)
            }
            #expect(Set(watch.deaths.map(\.transition.host)).count >= victims.count)
            #expect(seen.count == victims.count, "each death is told once")
            print("T_D recorded after the deadline: \(Distribution(recorded))")
            print("T_D seen by a client after it:   \(Distribution(seen))")
            print("T_D shown by a mirror after it:  \(Distribution(mirrored))")
            print("T_D sending to answer of a beat: \(Distribution(width))")
            #expect(
                Distribution(recorded).least >= 0 && Distribution(seen).least >= 0 && Distribution(mirrored).least >= 0
            )
            if ProcessInfo.processInfo.environment["ROLLCALL_SHOW_TIMES"] == "1" {
                #expect(Distribution(seen).greatest <= 250)
            }
        }
    }

    /// A bystander down is the daemon's fault unless this machine kept the fleet itself from sending.
    func report(bystander member: Int, _ death: TransitionWatch.Seen, _ fleet: Fleet, downTime: Double = 1_000) {
        guard fleet.wasSilent(member, for: .milliseconds(Int64(downTime)), before: death.arrived) else {
            Issue.record("\(fleet.host(member)) is alive and was called down: \(death.transition)")
            return
        }
        print(
            "\(fleet.host(member)) sent nothing for its down time: this machine was too busy for the test's own thread"
        )
    }
}
