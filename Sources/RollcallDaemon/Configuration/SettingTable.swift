import Addresses
import LivenessCore
import RollcallServer

/// Every key there is, once.
enum SettingTable {
    /// In the order of the reference file.
    ///
    /// The keys of topics stand with `<topic>` for the name.
    static let keys: [SettingKey] =
        daemon + listen + database + liveness + records + backEnds + noise + access + monitor + log

    /// The keys without a topic's, by name.
    private static let fixed = Dictionary(
        keys.filter { !$0.name.contains("<") }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    static let sections: [String] = keys.reduce(into: []) { sections, key in
        let section = String(key.name.prefix { $0 != "." })
        if sections.last != section { sections.append(section) }
    }

    static func key(named name: String) -> SettingKey? {
        fixed[name]
    }

    /// The names of a section's keys without the section, `topics` among those of `liveness`.
    static func names(in section: String) -> [String] {
        keys.map(\.name).filter { $0.hasPrefix(section + ".") && !$0.contains("<") }
            .map { String($0.dropFirst(section.count + 1)) } + (section == "liveness" ? ["topics"] : [])
    }

    /// The keys of one topic.
    static func keys(ofTopic topic: String) -> [SettingKey] {
        [
            SettingKey(
                "liveness.topics.\(topic).report_interval",
                \.liveness[topic: topic].reportInterval,
                within: reportInterval,
                reason: "How often services of this topic are asked to report; none: liveness.report_interval."
            ),
            SettingKey(
                "liveness.topics.\(topic).service_down_time",
                \.liveness[topic: topic].serviceDownTime,
                within: downTime,
                reason: "How long silence of a service of this topic is tolerated; none: liveness.service_down_time."
            ),
        ]
    }

    /// A topic's name.
    static func isTopic(_ name: String) -> Bool { isName(name, upTo: NameRule.longestName) }

    /// What a host or a topic is.
    static let expectedName = expectedName(upTo: NameRule.longestName)

    private static func expectedName(upTo limit: Int) -> String {
        "1 to \(limit) printable characters without a slash (at most \(limit) bytes)"
    }

    private static let reportInterval: ClosedRange<Duration> = .milliseconds(50) ... .seconds(3_600)
    private static let downTime: ClosedRange<Duration> = .milliseconds(100) ... .seconds(86_400)

    /// Whether heartbeats may carry the name: counted in bytes, as the daemon counts it then.
    private static func isName(_ name: String, upTo limit: Int) -> Bool {
        (1...limit).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
                default: scalar != "/"
                }
            }
    }
}

// MARK: Section by section

extension SettingTable {
    private static var daemon: [SettingKey] {
        [
            SettingKey(
                "daemon.id",
                \.daemon.id,
                expected: expectedName(upTo: NameRule.longestWorker),
                isValid: { isName($0, upTo: NameRule.longestWorker) },
                default: "daemon.host, with :PORT behind it when listen.http has another port than 8790",
                reload: .atStart,
                reason: "Tells daemons that share a database apart; two on one host need two. It is also the worker's "
                    + "name in the daemon's own service record."
            ),
            SettingKey(
                "daemon.host",
                \.daemon.host,
                expected: expectedName,
                isValid: { isName($0, upTo: NameRule.longestName) },
                default: "the host name",
                reload: .atStart,
                reason: "The host of the daemon's own service record."
            ),
        ]
    }

    private static var listen: [SettingKey] {
        [
            SettingKey(
                "listen.http",
                \.listen.http,
                reload: .atStart,
                reason: "Where HTTP is answered. Beyond loopback auth.tokens_file must be set."
            ),
            SettingKey(
                "listen.unix",
                \.listen.unix,
                expected: "an absolute path of at most \(SocketFile.longestPath) bytes",
                isValid: { path in
                    path.map { $0.hasPrefix("/") && !$0.hasSuffix("/") && $0.utf8.count <= SocketFile.longestPath }
                        ?? true
                },
                default: "none",
                reload: .atStart,
                reason: "A socket of this machine for HTTP as well, whose other end is known by its user. Root and the "
                    + "daemon's own user are operators there; others need an entry in auth.tokens_file, where that is set."
            ),
            SettingKey(
                "listen.datagram",
                \.listen.datagram,
                default: "none",
                reload: .atStart,
                reason:
                    "Where heartbeats are read as datagrams of UDP as well, signed with a key made of the reporter's "
                    + "token. Beyond loopback auth.tokens_file must be set."
            ),
            SettingKey(
                "listen.names",
                \.listen.names,
                expected: "a list of host names or addresses without a port",
                isValid: { $0.allSatisfy { $0.wholeMatch(of: #/[A-Za-z0-9._:-]+/#) != nil } },
                reload: .atStart,
                reason:
                    "Further names accepted in the Host header; the address listened on is, and localhost on loopback."
            ),
        ]
    }

    private static var database: [SettingKey] {
        [
            SettingKey(
                "database.url",
                \.database.url,
                expected: DatabaseURL.expected,
                default: "SQLite in $STATE_DIRECTORY, $XDG_STATE_HOME/rollcall or $HOME/.local/state/rollcall",
                reload: .atStart,
                isSecret: true,
                reason: "Where records, states and transitions are kept. An SQLite file and its directory are created; "
                    + "the tables of a MariaDB database are, with rollcalld db expand."
            ),
            SettingKey(
                "database.password_file",
                \.database.passwordFile,
                default: "none",
                reload: .atStart,
                reason: "A file whose first line is the database's password, so that it need not stand in the URL."
            ),
            SettingKey(
                "database.fallback_url",
                \.database.fallbackURLs,
                expected: "a list, or the same separated by commas, each once: \(MariaDBURL.expected)",
                isValid: { urls in Set(urls.map(\.description)).count == urls.count },
                default: "none",
                reload: .atStart,
                isSecret: true,
                reason: "The Nova databases, all cells, in which a service unknown here is looked up once, when it "
                    + "first beats or is read by its uuid, while a fleet moves in. They are only read; a first heartbeat "
                    + "is refused while one does not answer."
            ),
        ]
    }

    private static var liveness: [SettingKey] {
        [
            SettingKey(
                "liveness.driver",
                \.liveness.driver,
                reload: .atStart,
                reason:
                    "Which driver decides: database, zookeeper or memcached. db, zk and mc are read as well. Once the "
                    + "daemons of a database run, the database says which (rollcall driver switch)."
            ),
            SettingKey(
                "liveness.shadow",
                \.liveness.shadow,
                reload: .atStart,
                reason:
                    "Drivers that are told all heartbeats and look as well, and are compared with the one that decides."
            ),
            SettingKey(
                "liveness.policy",
                \.liveness.policy,
                reload: .atStart,
                reason: "Who decides when several drivers look. driver: the one that decides, alone. all: down if one "
                    + "says down, else unknown if one does not know. any: up if one says up."
            ),
            SettingKey(
                "liveness.report_interval",
                \.liveness.reportInterval,
                within: reportInterval,
                reason: "How often services are asked to report; each may state its own. 10s is Nova's."
            ),
            SettingKey(
                "liveness.service_down_time",
                \.liveness.serviceDownTime,
                within: downTime,
                reason: "How long silence is tolerated: six missed heartbeats, as in Nova. For a service it is never "
                    + "less than 2.5 x its report_interval."
            ),
        ] + keys(ofTopic: "<topic>") + [
            SettingKey(
                "liveness.flush_interval",
                \.liveness.flushInterval,
                within: .milliseconds(10) ... .seconds(10),
                reason: "How long heartbeats wait to be written together: the price of a crash of the machine."
            ),
            SettingKey(
                "liveness.observe_interval",
                \.liveness.observeInterval,
                within: .milliseconds(50) ... .seconds(60),
                reason: "How often other daemons and the back end are looked at."
            ),
            SettingKey(
                "liveness.pause_threshold",
                \.liveness.pauseThreshold,
                within: .milliseconds(10) ... .seconds(60),
                reason: "From which lateness of the daemon itself on time counts against no service. Never more than a "
                    + "quarter of the shortest service_down_time."
            ),
        ]
    }

    private static var records: [SettingKey] {
        [
            SettingKey(
                "records.auto_register",
                \.records.autoRegister,
                reason: "Whether a service's first heartbeat creates its record."
            ),
            SettingKey(
                "records.enable_new_services",
                \.records.enableNewServices,
                reason: "Whether a record created by a heartbeat is enabled; off lets an operator look first."
            ),
        ]
    }

    private static var backEnds: [SettingKey] {
        [
            SettingKey(
                "zookeeper.hosts",
                \.zookeeper.hosts,
                reload: .atStart,
                reason: "HOST:PORT of each server of the ensemble."
            ),
            SettingKey(
                "zookeeper.prefix",
                \.zookeeper.prefix,
                expected: "an absolute path without a slash at its end, such as /servicegroups",
                isValid: ZooKeeperName.isPrefix,
                reload: .atStart,
                reason: "Below which node the services are kept; Nova's old driver used the same."
            ),
            SettingKey(
                "zookeeper.session_timeout",
                \.zookeeper.sessionTimeout,
                expected: "1s to 1h",
                isValid: { $0 >= .seconds(1) && $0 <= .seconds(3_600) },
                reload: .atStart,
                reason: "How long nodes outlast a daemon that was killed; the servers may grant another time."
            ),
            SettingKey(
                "zookeeper.digest_file",
                \.zookeeper.digestFile,
                default: "none",
                reload: .atStart,
                reason: "A file with USER:PASSWORD in its first line: nodes are then for whoever knows it."
            ),
            SettingKey(
                "memcached.servers",
                \.memcached.servers,
                reload: .atStart,
                reason: "HOST:PORT of each server, the same and in the same order for every daemon."
            ),
            SettingKey(
                "memcached.namespace",
                \.memcached.namespace,
                expected: "1 to 64 of the characters A-Z, a-z, 0-9, '.', '_' and '-'",
                isValid: MemcachedName.isValid,
                reload: .atStart,
                reason: "What every key begins with."
            ),
        ]
    }

    private static var noise: [SettingKey] {
        [
            SettingKey(
                "brake.fraction",
                \.brake.fraction,
                within: 0.01...1,
                reason: "Which part of a topic and zone must fall silent at once to be doubted instead of believed."
            ),
            SettingKey(
                "brake.release_fraction",
                \.brake.releaseFraction,
                within: 0.01...1,
                reason: "Which part of those must be heard again for the doubt to end."
            ),
            SettingKey(
                "brake.minimum",
                \.brake.minimum,
                within: 1...100_000_000,
                reason: "Fewer silent services than this are never a mass failure."
            ),
            SettingKey(
                "brake.max_hold",
                \.brake.maxHold,
                within: .seconds(1) ... .seconds(86_400),
                reason: "How long deaths are held back at most."
            ),
            SettingKey(
                "flap.limit",
                \.flap.limit,
                within: 1...10_000,
                reason: "More changes than this within flap.window mark a service as flapping; older ones are folded."
            ),
            SettingKey(
                "flap.window",
                \.flap.window,
                within: .seconds(1) ... .seconds(86_400),
                reason: "Over which time changes are counted."
            ),
            SettingKey(
                "history.max_age",
                \.history.maxAge,
                within: .seconds(60) ... .seconds(3_650 * 86_400),
                reason: "How long transitions are kept."
            ),
            SettingKey(
                "history.max_per_service",
                \.history.maxPerService,
                within: 1...1_000_000,
                reason: "How many transitions of one service are kept at most."
            ),
        ]
    }

    private static var access: [SettingKey] {
        [
            SettingKey(
                "tls.certificate",
                \.tls.certificate,
                default: "none",
                reload: .atStart,
                reason: "The certificate chain as PEM: with it, listen.http speaks TLS alone. Read again on SIGHUP."
            ),
            SettingKey(
                "tls.key",
                \.tls.key,
                default: "none",
                reload: .atStart,
                reason: "Its private key as PEM. Read again on SIGHUP."
            ),
            SettingKey(
                "tls.client_ca",
                \.tls.clientCA,
                default: "none",
                reload: .atStart,
                reason: "Who signs the certificates of clients, as PEM; what the holder of one may do stands in "
                    + "auth.tokens_file. Read again on SIGHUP."
            ),
            SettingKey(
                "auth.tokens_file",
                \.auth.tokensFile,
                default: "none",
                reason:
                    "A file with the hashes of tokens, the names of certificates and what each may do; once it is set, "
                    + "nobody else is told more than how to speak to the daemon. It is read again on SIGHUP."
            ),
        ]
    }

    private static var monitor: [SettingKey] {
        [
            SettingKey(
                "monitor.webhooks_file",
                \.monitor.webhooksFile,
                default: "none",
                reload: .atStart,
                reason: "A file that says who is told of changes, and of which, with signed messages over HTTP."
            ),
            SettingKey(
                "monitor.ping_url",
                \.monitor.pingURL,
                default: "none",
                reload: .atStart,
                isSecret: true,
                reason: "An address that is called for as long as this daemon sees and its back ends answer, so that "
                    + "somebody elsewhere misses the calls when not."
            ),
            SettingKey(
                "monitor.ping_interval",
                \.monitor.pingInterval,
                within: .seconds(1) ... .seconds(86_400),
                reload: .atStart,
                reason: "How often it is called."
            ),
        ]
    }

    private static var log: [SettingKey] {
        [
            SettingKey(
                "log.level",
                \.log.level,
                reason:
                    "The least important kind of line that is written. Lines are written for changes, not for beats."
            ),
            SettingKey(
                "log.format",
                \.log.format,
                default: "journal when standard error is systemd's journal, else text",
                reason: "text for people, json for collectors, journal for systemd."
            ),
        ]
    }
}
