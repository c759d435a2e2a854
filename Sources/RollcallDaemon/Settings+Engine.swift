import Addresses
import LivenessCore
import LivenessEngine
import RollcallServer

/// What the rooms below need of the settings, in their own words.
extension Settings {
    var engine: EngineSettings {
        var engine = EngineSettings(liveness: machine, host: daemon.host)
        engine.historyMaxAge = history.maxAge
        engine.historyMaxPerService = history.maxPerService
        engine.settingsDigest = digest
        return engine
    }

    var machine: LivenessSettings {
        var machine = LivenessSettings()
        machine.reportInterval = liveness.reportInterval
        machine.serviceDownTime = liveness.serviceDownTime
        machine.topics = liveness.topics.mapValues {
            LivenessSettings.Topic(serviceDownTime: $0.serviceDownTime, reportInterval: $0.reportInterval)
        }
        machine.flushInterval = liveness.flushInterval
        machine.observeInterval = liveness.observeInterval
        machine.pauseThreshold = liveness.pauseThreshold
        machine.policy = liveness.policy
        machine.brake.fraction = brake.fraction
        machine.brake.releaseFraction = brake.releaseFraction
        machine.brake.minimum = brake.minimum
        machine.brake.maxHold = brake.maxHold
        machine.flapLimit = flap.limit
        machine.flapWindow = flap.window
        machine.autoRegister = records.autoRegister
        machine.enableNewServices = records.enableNewServices
        machine.daemon = daemon.id
        return machine
    }

    var server: ServerSettings {
        var server = ServerSettings(
            host: listen.http.host,
            port: listen.http.port,
            socket: listen.unix,
            names: listen.names
        )
        server.datagram = listen.datagram.map { ($0.host, $0.port) }
        return server
    }

    /// A digest of what the daemons of one database should have in common.
    private var digest: String {
        var parts = [
            liveness.drivers.map(\.rawValue).sorted().joined(separator: " "), liveness.policy.rawValue,
            "\(liveness.reportInterval)",
            "\(liveness.serviceDownTime)", "\(records.autoRegister)", "\(records.enableNewServices)",
            "\(brake.fraction) \(brake.releaseFraction) \(brake.minimum) \(brake.maxHold)",
        ]
        for (name, topic) in liveness.topics.sorted(by: { $0.key < $1.key }) { parts.append("\(name) \(topic)") }
        // FNV-1a, 64 bits: the same on every daemon, which Swift's own hashes are not.
        let hash = parts.joined(separator: "\n").utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
