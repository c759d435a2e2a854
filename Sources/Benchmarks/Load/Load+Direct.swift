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
    /// Opens the connection of each service, and has it tell the back end for the first time.
    ///
    /// One after the other: a fleet is not switched on in one moment either. None where nobody is to do that.
    func openDirect() async throws -> [any DirectReporter] {
        guard let driver = plan.direct else { return [] }
        let fleet = fleet(from: .now(), killedAt: .distantFuture)
        var reporters: [any DirectReporter] = []
        for service in 0..<fleet.count {
            let reporter = try driver.reporter(of: fleet.heartbeat(of: service))
            var answer = HeartbeatEntry(index: 0, host: "load-\(service)", binary: Fleet.binary, uuid: "")
            answer.reportInterval = plan.interval
            answer.deadlineIn = plan.downTime
            await reporter.accepted(answer)
            try await reporter.renew(sequence: 2)
            reporters.append(reporter)
        }
        return reporters
    }

    /// Has each service tell the back end itself, with a connection of its own, at its interval.
    func send(_ reporters: [any DirectReporter], _ fleet: Fleet, until end: NIODeadline, _ tally: BeatTally) async {
        await withDiscardingTaskGroup { group in
            for (service, reporter) in reporters.enumerated() {
                group.addTask { await Self.send(reporter, service, fleet, until: end, tally) }
            }
        }
    }

    private static func send(
        _ reporter: any DirectReporter,
        _ service: Int,
        _ fleet: Fleet,
        until end: NIODeadline,
        _ tally: BeatTally
    ) async {
        var step = 1
        while fleet.due(service, step: step) < end {
            let due = fleet.due(service, step: step)
            try? await Task.sleep(for: .nanoseconds((due - .now()).nanoseconds))
            let sent = NIODeadline.now()
            defer { step += 1 }
            if fleet.isSilent(service, at: sent) { continue }
            do {
                try await reporter.renew(sequence: Int64(step) + 2)
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
