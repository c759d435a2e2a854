import Glibc

/// The states systemd knows by name.
extension SystemdNotifier {
    /// Start-up is over, or a reload is (`Type=notify`, `Type=notify-reload`).
    package func ready() {
        notify("READY=1")
    }

    /// A reload has begun; `ready()` ends it.
    ///
    /// `Type=notify-reload` tells this reload from an earlier one by the time in it, so it is sent first thing.
    package func reloading() {
        reloading(atMonotonicMicroseconds: Self.monotonicMicroseconds())
    }

    func reloading(atMonotonicMicroseconds microseconds: Int64) {
        notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// Shutdown has begun.
    package func stopping() {
        notify("STOPPING=1")
    }

    /// One line for people, shown by `systemctl status`.
    package func status(_ line: String) {
        // A line break would begin an assignment of its own.
        let text = line.split(whereSeparator: \.isNewline).joined(separator: " ")
        notify("STATUS=\(text)")
    }

    /// The daemon is alive; systemd restarts it when this stays away for `watchdogInterval`.
    package func watchdog() {
        notify("WATCHDOG=1")
    }

    /// `CLOCK_MONOTONIC`, the clock systemd compares with.
    private static func monotonicMicroseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }
}
