import Glibc

/// What Prometheus' own libraries tell of every process, under their names.
package enum ProcessMetrics {
    private struct Family {
        var name: String
        var help: String
        var kind = MetricKind.gauge
        var value: Double?
    }

    /// By the clock of the machine as it was at the first look: it must not move when the clock does.
    private static let started: Double = Double(time(nil)) - age

    /// The text of a scrape; what the system does not tell is left out.
    package static func exposition() -> String {
        var text = ""
        for family in families {
            guard let value = family.value else { continue }
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.word)\n"
            text += "\(family.name) \(value.prometheusText)\n"
        }
        return text
    }

    private static var families: [Family] {
        [
            Family(
                name: "process_cpu_seconds_total",
                help: "Processor time used, of user and system.",
                kind: .counter,
                value: seconds(of: CLOCK_PROCESS_CPUTIME_ID)
            ),
            Family(name: "process_max_fds", help: "File descriptors that may be open at most.", value: descriptorLimit),
            Family(name: "process_open_fds", help: "File descriptors that are open.", value: openDescriptors),
            Family(name: "process_resident_memory_bytes", help: "Memory in use.", value: residentBytes),
            Family(
                name: "process_start_time_seconds",
                help: "When the process started, in seconds since 1970, by its own clock.",
                value: started
            ),
        ]
    }

    private static func seconds(of clock: clockid_t) -> Double? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var descriptorLimit: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    private static var openDescriptors: Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // Itself, ".", and "..".
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return Double(max(0, count))
    }

    /// The second number of proc(5)'s `statm`, in pages.
    private static var residentBytes: Double? {
        guard let pages = numbers(in: "/proc/self/statm").dropFirst().first else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// How long the process has run, in seconds: since the start that proc(5)'s `stat` tells, in ticks after the machine's.
    private static var age: Double {
        let fields = text(of: "/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19, let ticks = Double(fields[19]), let uptime = seconds(of: CLOCK_BOOTTIME) else {
            return 0
        }
        return max(0, uptime - ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    private static func numbers(in file: String) -> [Double] {
        text(of: file).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }

    private static func text(of file: String) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
