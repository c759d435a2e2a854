import DirectReporting
import DriverCompany
import Foundation
import NIOCore
import NIOHTTP1
import RollcallClient
import RollcallWire

extension LoadPlan {
    /// The back end that the daemon's own settings name.
    ///
    /// - Throws: Where they name none that services can tell themselves.
    static func directDriver(_ environment: [String: String]) throws -> DirectDriver {
        func servers(_ variable: String) throws -> [ServerAddress] {
            let servers = (environment[variable] ?? "").split(separator: ",").map { ServerAddress(String($0)) }
            guard !servers.isEmpty, !servers.contains(nil) else {
                throw LoadError("--direct: \(variable) is \"\(environment[variable] ?? "")\", expected HOST:PORT,…")
            }
            return servers.compactMap(\.self)
        }
        switch environment["ROLLCALL_LIVENESS_DRIVER"] {
        case "memcached": return .memcached(servers: try servers("ROLLCALL_MEMCACHED_SERVERS"), namespace: "rollcall")
        case "zookeeper":
            return .zooKeeper(
                hosts: try servers("ROLLCALL_ZOOKEEPER_HOSTS"),
                prefix: "/servicegroups",
                sessionTimeout: .seconds(10),
                digest: nil
            )
        case let other:
            throw LoadError("--direct: ROLLCALL_LIVENESS_DRIVER is \"\(other ?? "")\", expected memcached or zookeeper")
        }
    }
}

extension Load {
    /// Has each service tell the back end itself, with a connection of its own, at its interval.
    func send(_ direct: DirectDriver, _ fleet: Fleet, until end: NIODeadline, _ tally: BeatTally) async throws {
        let reporters = try (0..<fleet.count).map { try direct.reporter(of: fleet.heartbeat(of: $0)) }
        let downTime = plan.downTime
        await withDiscardingTaskGroup { group in
            for (service, reporter) in reporters.enumerated() {
                group.addTask {
                    await Self.send(reporter, service, fleet, downTime: downTime, until: end, tally)
                }
            }
        }
    }

    private static func send(
        _ reporter: any DirectReporter,
        _ service: Int,
        _ fleet: Fleet,
        downTime: Double,
        until end: NIODeadline,
        _ tally: BeatTally
    ) async {
        var answer = HeartbeatEntry(index: 0, host: "load-\(service)", binary: Fleet.binary, uuid: "")
        answer.reportInterval = Double(fleet.interval.nanoseconds) / 1e9
        answer.deadlineIn = downTime
        await reporter.accepted(answer)
        // Registered with the first step.
        var step = 1
        while fleet.due(service, step: step) < end {
            let due = fleet.due(service, step: step)
            try? await Task.sleep(for: .nanoseconds((due - .now()).nanoseconds))
            let sent = NIODeadline.now()
            defer { step += 1 }
            if fleet.isSilent(service, at: sent) { continue }
            do {
                try await reporter.renew(sequence: Int64(step) + 1)
                tally.answered(.ok, heartbeats: 1, took: .now() - sent, late: sent - due)
                if fleet.isMortal(service) { tally.heard([service], at: sent) }
            } catch {
                tally.answered(.serviceUnavailable, heartbeats: 1, took: .now() - sent, late: sent - due)
            }
        }
    }
}

extension Fleet {
    /// What a service says of itself with each heartbeat.
    fileprivate func heartbeat(of service: Int) -> WireHeartbeat {
        var heartbeat = WireHeartbeat(host: "load-\(service)", binary: Self.binary)
        heartbeat.topic = "compute"
        heartbeat.version = 66
        heartbeat.incarnation = incarnation
        return heartbeat
    }
}
