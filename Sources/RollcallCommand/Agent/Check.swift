internal import RollcallClient

/// One thing that must be so while the service lives.
struct Check: Sendable {
    enum Kind: Hashable, Sendable {
        /// A shell command exits with 0.
        case command(String)
        /// A systemd unit is active.
        case unit(String)
        /// An address answers with a status below 400.
        case http(String)
        /// The process named in a file lives.
        case pidFile(String)
    }

    var kind: Kind
    /// From the end of one check to the beginning of the next.
    var interval: Duration
    /// A check that takes longer has failed.
    var timeout: Duration
    /// Where what cannot be cancelled is done.
    private let queue = BlockingQueue("check")

    init(kind: Kind, interval: Duration, timeout: Duration) {
        self.kind = kind
        self.interval = interval
        self.timeout = timeout
    }

    /// What is wrong with one that takes too long.
    var lateness: String { "\(name) did not end within \(timeout)" }

    private var name: String {
        switch kind {
        case .command(let command): "check '\(command)'"
        case .unit(let unit): "the check of unit \(unit)"
        case .http(let address): "the check of \(address)"
        case .pidFile(let path): "the check of pid file \(path)"
        }
    }

    /// What is wrong now; `nil` when nothing is.
    func fault() async -> String? {
        switch kind {
        case .command(let command):
            await CheckProcess.fault(
                of: ["/bin/sh", "-c", command],
                named: name,
                within: timeout
            )
        case .unit(let unit):
            await CheckProcess.fault(
                of: ["systemctl", "is-active", "--quiet", "--", unit],
                named: "unit \(unit) is not active: systemctl",
                within: timeout
            )
        case .http(let address): await HTTPProbe.fault(of: address, within: timeout)
        case .pidFile(let path): await queue.answer { PIDFile.fault(at: path) } ?? nil
        }
    }
}
