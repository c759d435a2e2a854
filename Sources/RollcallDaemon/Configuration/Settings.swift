package import Addresses
package import Logging
package import Telemetry

/// Everything that can be set, with its value.
///
/// `SettingTable` names each key and gives its reason.
package struct Settings: Sendable, Equatable {
    package var daemon: DaemonSection
    package var listen = ListenSection()
    package var database: DatabaseSection
    package var liveness = LivenessSection()
    package var records = RecordsSection()
    package var zookeeper = ZooKeeperSection()
    package var memcached = MemcachedSection()
    package var brake = BrakeSection()
    package var flap = FlapSection()
    package var history = HistorySection()
    package var tls = TLSSection()
    package var auth = AuthSection()
    package var monitor = MonitorSection()
    package var log: LogSection

    /// The defaults.
    package init(surroundings: Surroundings) {
        daemon = DaemonSection(id: surroundings.hostName, host: surroundings.hostName)
        database = DatabaseSection(url: surroundings.defaultDatabase)
        log = LogSection(format: surroundings.logFormat)
    }

    package struct DaemonSection: Sendable, Equatable {
        package var id: String
        package var host: String
    }

    package struct ListenSection: Sendable, Equatable {
        package static let defaultPort = 8_790

        package var http = ListenAddress(host: "127.0.0.1", port: defaultPort)
        package var unix: String?
        package var datagram: ListenAddress?
        package var names: [String] = []
    }

    package struct DatabaseSection: Sendable, Equatable {
        /// `nil` only where no state directory is known; such settings are refused.
        package var url: DatabaseURL?
        package var passwordFile: String?
        package var fallbackURLs: [MariaDBURL] = []

        /// Whether several daemons may work over it.
        package var isShared: Bool {
            if case .mariaDB = url { true } else { false }
        }
    }

    package struct RecordsSection: Sendable, Equatable {
        package var autoRegister = true
        package var enableNewServices = true
    }

    package struct ZooKeeperSection: Sendable, Equatable {
        package var hosts: [String] = []
        package var prefix = "/servicegroups"
        package var sessionTimeout: Duration = .seconds(10)
        package var digestFile: String?
    }

    package struct MemcachedSection: Sendable, Equatable {
        package var servers: [String] = []
        package var namespace = "rollcall"
    }

    package struct BrakeSection: Sendable, Equatable {
        package var fraction = 0.5
        package var releaseFraction = 0.75
        package var minimum = 5
        package var maxHold: Duration = .seconds(300)
    }

    package struct FlapSection: Sendable, Equatable {
        package var limit = 6
        package var window: Duration = .seconds(600)
    }

    package struct HistorySection: Sendable, Equatable {
        package var maxAge: Duration = .seconds(30 * 86_400)
        package var maxPerService = 1_000
    }

    package struct TLSSection: Sendable, Equatable {
        package var certificate: String?
        package var key: String?
        package var clientCA: String?
    }

    package struct AuthSection: Sendable, Equatable {
        package var tokensFile: String?
    }

    package struct MonitorSection: Sendable, Equatable {
        package var webhooksFile: String?
        package var pingURL: MonitorURL?
        package var pingInterval: Duration = .seconds(60)
    }

    package struct LogSection: Sendable, Equatable {
        package var level: Logger.Level = .info
        package var format: LogFormat
    }
}
