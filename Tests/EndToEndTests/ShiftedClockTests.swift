import Foundation
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    @Test("the wall clock jumps an hour on and an hour back while heartbeats flow: no transition")
    func shiftedClock() async throws {
        let place = try Workplace()
        var options = DaemonProcess.Options.short
        try place.write("0", to: "offset")
        options.environment = [
            "LD_PRELOAD": try await WallShift.build(in: place), "ROLLCALL_WALL_OFFSET": place.file("offset"),
        ]
        try await DaemonProcess.run(place, options) { daemon in
            let fleet = Fleet("fleet", count: 200, port: daemon.port)
            let watch = TransitionWatch(port: daemon.port)
            try await watch.run {
                try await fleet.run {
                    try await fleet.beats(2)
                    let name = ServiceName(host: fleet.host(0), binary: "worker")
                    let before = watch.seen.count
                    for offset in [3_600, -3_600, 0] as [Int64] {
                        try place.write("\(offset)", to: "offset")
                        // Two down times, and until the daemon itself says that its clock has jumped.
                        try await fleet.beats(8)
                        try await eventually("a heartbeat is stamped \(offset) s off") {
                            let stamp = try await daemon.client.service(named: name).lastSeenUp?.microseconds ?? 0
                            return abs(stamp - Moment.now.wall - offset * 1_000_000) < 60_000_000
                        }
                    }
                    #expect(watch.seen.dropFirst(before).isEmpty, "\(watch.seen.dropFirst(before).map(\.transition))")

                    // A death is still a death while the clock jumps.
                    try await fleet.silence([1])
                    try place.write("-3600", to: "offset")
                    let death = try await watch.first("the silent one is down") { $0.to == .down }
                    #expect(death.transition.host == fleet.host(1))
                    print("the wall clock jumped +1 h, -2 h, +1 h under 200 services: 0 transitions")
                }
            }
            #expect(fleet.problems.isEmpty && watch.problems.isEmpty && watch.isGapFree)
        }
    }
}
