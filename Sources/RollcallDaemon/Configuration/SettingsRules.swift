import Addresses
import DriverCompany
import LivenessCore

/// What must hold between settings, each of which is right by itself (`Config/rollcalld.yaml` says it to operators).
enum SettingsRules {
    /// Completes what follows from other settings and looks for contradictions.
    ///
    /// - Returns: The contradictions; the settings are usable when there are none.
    static func apply(to loaded: inout LoadedSettings) -> [SettingError] {
        nameDaemon(&loaded)
        raiseDownTimes(&loaded)
        warnOfClearText(&loaded)
        var errors = contradictions(loaded)
        let threshold = loaded.settings.machine.effectivePauseThreshold
        if threshold < loaded.settings.liveness.pauseThreshold {
            let effective = DurationText.format(threshold)
            let note = "counts as \(effective), a quarter of the shortest service_down_time"
            loaded.notes["liveness.pause_threshold"] = note
            if loaded.origin(of: "liveness.pause_threshold") != .default {
                loaded.warn("liveness.pause_threshold \(note)")
            }
        }
        if loaded.settings.database.url == nil {
            errors.append(
                error(loaded, "database.url", "no state directory is known ($HOME is not set); expected it to be set")
            )
        }
        return errors
    }

    private static func nameDaemon(_ loaded: inout LoadedSettings) {
        guard loaded.origin(of: "daemon.id") == .default else { return }
        let port = loaded.settings.listen.http.port
        let host = loaded.settings.daemon.host
        loaded.settings.daemon.id = port == Settings.ListenSection.defaultPort ? host : "\(host):\(port)"
    }

    private static func warnOfClearText(_ loaded: inout LoadedSettings) {
        guard !loaded.settings.listen.http.isLoopback, loaded.settings.tls.certificate == nil else { return }
        loaded.warn("listen.http is not loopback, and tls.certificate is not set: tokens pass in clear there")
    }

    /// A down time that is not longer than the interval would take every service down between two heartbeats.
    private static func raiseDownTimes(_ loaded: inout LoadedSettings) {
        let liveness = loaded.settings.liveness
        if liveness.serviceDownTime <= liveness.reportInterval {
            loaded.settings.liveness.serviceDownTime = raised(&loaded, "liveness.", topic: "")
        }
        for topic in liveness.topics.keys.sorted() {
            let interval = loaded.settings.machine.reportInterval(topic: topic)
            guard loaded.settings.liveness.serviceDownTime(of: topic) <= interval else { continue }
            loaded.settings.liveness[topic: topic].serviceDownTime =
                raised(&loaded, "liveness.topics.\(topic).", topic: topic)
        }
    }

    /// The down time that counts for the topic; "" is none, and has the common values.
    private static func raised(_ loaded: inout LoadedSettings, _ prefix: String, topic: String) -> Duration {
        let machine = loaded.settings.machine
        let interval = machine.reportInterval(topic: topic)
        // In the unit that settings are written in.
        let down = Duration.milliseconds(
            DurationText.milliseconds(machine.downTime(topic: topic, reportInterval: interval))
        )
        loaded.notes["\(prefix)service_down_time"] = "raised to 2.5 times the report_interval"
        loaded.warn(
            "\(prefix)service_down_time is not larger than the report_interval, \(DurationText.format(interval)): "
                + "raised to 2.5 times that, \(DurationText.format(down))"
        )
        return down
    }

    private static func contradictions(_ loaded: LoadedSettings) -> [SettingError] {
        var errors: [SettingError] = []
        let settings = loaded.settings
        // What was written was checked; what follows from the machine's name was not.
        for name in ["daemon.host", "daemon.id"] where loaded.origin(of: name) == .default {
            guard let key = SettingTable.key(named: name) else { continue }
            let derived = key.text(settings)
            var copy = settings
            do {
                try key.set(.scalar(derived, isString: true), &copy)
            } catch {
                errors.append(
                    self.error(loaded, name, "\"\(derived)\" is not \(key.expected); expected it to be set")
                )
            }
        }
        if settings.auth.tokensFile == nil {
            let (http, datagram) = (settings.listen.http, settings.listen.datagram)
            if !http.isLoopback {
                errors.append(nobodyKnown(loaded, "listen.http", http, "everybody could do everything there"))
            }
            if let datagram, !datagram.isLoopback {
                errors.append(
                    nobodyKnown(loaded, "listen.datagram", datagram, "everybody could beat for everybody there")
                )
            }
        }
        errors += tlsContradictions(loaded)
        errors += shadowContradictions(loaded)
        errors += loaded.settings.liveness.drivers.flatMap { downTimeContradictions(loaded, $0) }
        errors += brakeContradictions(loaded)
        errors += serverContradictions(loaded, "memcached.servers", settings.memcached.servers, .memcached, 11_211)
        errors += serverContradictions(loaded, "zookeeper.hosts", settings.zookeeper.hosts, .zookeeper, 2_181)
        // In the names of nodes it stands for a service's own session.
        if loaded.settings.liveness.drivers.contains(.zookeeper), loaded.settings.daemon.id == "direct" {
            errors.append(
                error(loaded, "daemon.id", "\"direct\" is what the zookeeper driver calls no daemon; expected another")
            )
        }
        return errors
    }

    private static func nobodyKnown(
        _ loaded: LoadedSettings,
        _ key: String,
        _ address: ListenAddress,
        _ consequence: String
    ) -> SettingError {
        error(
            loaded,
            key,
            "\(address) is not loopback, and \(consequence); expected auth.tokens_file to be set, or an address such "
                + "as 127.0.0.1:\(Settings.ListenSection.defaultPort)"
        )
    }

    private static func tlsContradictions(_ loaded: LoadedSettings) -> [SettingError] {
        let (tls, auth) = (loaded.settings.tls, loaded.settings.auth)
        var errors: [SettingError] = []
        func need(_ key: String, _ value: String?, for other: String, _ otherValue: String?) {
            guard value == nil, otherValue != nil else { return }
            errors.append(error(loaded, other, "needs \(key); expected both to be set"))
        }
        need("tls.key", tls.key, for: "tls.certificate", tls.certificate)
        need("tls.certificate", tls.certificate, for: "tls.key", tls.key)
        need("tls.certificate", tls.certificate, for: "tls.client_ca", tls.clientCA)
        // Else whoever has a certificate of that authority, of whatever use, could do everything.
        need("auth.tokens_file", auth.tokensFile, for: "tls.client_ca", tls.clientCA)
        return errors
    }

    /// Servers that a driver needs, each of them once.
    private static func serverContradictions(
        _ loaded: LoadedSettings,
        _ key: String,
        _ servers: [String],
        _ driver: DriverName,
        _ port: UInt16
    ) -> [SettingError] {
        var errors: [SettingError] = []
        for server in servers where ServerAddress(server) == nil {
            errors.append(
                error(loaded, key, "\"\(server)\" is no server; expected HOST:PORT, such as 10.0.0.7:\(port)")
            )
        }
        for server in Set(servers).sorted() where servers.count(where: { $0 == server }) > 1 {
            errors.append(error(loaded, key, "\"\(server)\" is there twice; expected each server once"))
        }
        if loaded.settings.liveness.drivers.contains(driver), servers.isEmpty {
            let isDeciding = loaded.settings.liveness.driver == driver
            errors.append(
                error(
                    loaded,
                    key,
                    involving: [isDeciding ? "liveness.driver" : "liveness.shadow"],
                    "no server is named, and \(isDeciding ? "the driver" : "a shadow") is \(driver.rawValue); "
                        + "expected HOST:PORT of at least one"
                )
            )
        }
        return errors
    }

    /// Each driver runs once; and where none runs in the shadow, nobody else can have a say.
    private static func shadowContradictions(_ loaded: LoadedSettings) -> [SettingError] {
        let liveness = loaded.settings.liveness
        var errors: [SettingError] = []
        for driver in DriverName.allCases where liveness.drivers.count(where: { $0 == driver }) > 1 {
            errors.append(
                error(
                    loaded,
                    "liveness.shadow",
                    "\(driver.rawValue) is there twice, or decides (liveness.driver); expected each driver once"
                )
            )
        }
        if liveness.policy != .driver, liveness.shadow.isEmpty {
            errors.append(
                error(
                    loaded,
                    "liveness.policy",
                    "\(liveness.policy.rawValue) needs a driver in the shadow, and liveness.shadow is empty; "
                        + "expected driver"
                )
            )
        }
        return errors
    }

    /// A brake that may be released when it engages holds nobody.
    private static func brakeContradictions(_ loaded: LoadedSettings) -> [SettingError] {
        let brake = loaded.settings.brake
        let least = 1 - brake.fraction
        guard brake.releaseFraction < least - 1e-9 else { return [] }
        return [
            error(
                loaded,
                "brake.release_fraction",
                involving: ["brake.fraction"],
                "\(brake.releaseFraction) is less than 1 - brake.fraction: the brake would let go where it engages; "
                    + "expected at least \((least * 1_000).rounded() / 1_000)"
            )
        ]
    }

    /// What the driver guarantees: a heartbeat that arrives in time is never taken for missed because it still
    /// waits to be flushed or, where several daemons share a database, to be seen by the others.
    private static func downTimeContradictions(_ loaded: LoadedSettings, _ driver: DriverName) -> [SettingError] {
        let liveness = loaded.settings.liveness
        let settings = loaded.settings.machine
        var checked = [("liveness.", liveness.serviceDownTime, liveness.reportInterval)]
        var common = ["liveness.service_down_time", "liveness.report_interval", "liveness.flush_interval"]
        let guarantees = DriverFactory.guarantees(of: driver, loaded.settings)
        if guarantees.isShared { common.append("liveness.observe_interval") }
        for topic in liveness.topics.keys.sorted() {
            checked.append(
                (
                    "liveness.topics.\(topic).", liveness.serviceDownTime(of: topic),
                    settings.reportInterval(topic: topic)
                )
            )
        }
        return checked.compactMap { prefix, down, interval in
            let least = guarantees.leastDownTime(interval, liveness.flushInterval, liveness.observeInterval)
            guard down < least else { return nil }
            var parts =
                "report_interval \(DurationText.format(interval)) + "
                + "flush_interval \(DurationText.format(liveness.flushInterval))"
            if guarantees.isShared {
                parts += " + 2 x observe_interval \(DurationText.format(liveness.observeInterval))"
            }
            if driver == .memcached { parts += " + 3s" }
            var words = "less than \(parts)"
            var involved = ["\(prefix)report_interval"] + common
            let timeout = loaded.settings.zookeeper.sessionTimeout
            if driver == .zookeeper, least == timeout + .milliseconds(1) {
                words = "not more than session_timeout \(DurationText.format(timeout))"
                involved.append("zookeeper.session_timeout")
            }
            return error(
                loaded,
                "\(prefix)service_down_time",
                involving: involved,
                "\(DurationText.format(down)) is \(words), which the \(guarantees.name) driver needs; "
                    + "expected at least \(DurationText.format(least))"
            )
        }
    }

    /// An error at the key's place, or where the key is at its default at the first of the others that is not.
    private static func error(
        _ loaded: LoadedSettings,
        _ key: String,
        involving others: [String] = [],
        _ message: String
    ) -> SettingError {
        let origin = ([key] + others).map { loaded.origin(of: $0) }.first { $0 != .default }
        return SettingError(origin: origin ?? .default, key: key, message: message)
    }
}
