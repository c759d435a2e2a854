import LivenessCore
import LivenessTesting

/// A model daemon over an empty store: report_interval 10 s, service_down_time 60 s.
func freshDaemon(_ adjust: (inout LivenessSettings) -> Void = { _ in }) async throws -> ModelDaemon {
    var settings = LivenessSettings()
    adjust(&settings)
    var daemon = ModelDaemon(settings: settings, store: InMemoryStore(logID: "log") { Timestamp(microseconds: 0) })
    try await daemon.start()
    return daemon
}

/// One start of a process: an incarnation with its own counter.
struct Process {
    let host: String
    let binary: String
    let incarnation: String?
    var sequence: UInt64 = 0

    init(_ host: String, binary: String = "nova-compute", incarnation: String? = "a") {
        self.host = host
        self.binary = binary
        self.incarnation = incarnation
    }

    /// The next heartbeat.
    mutating func next(_ adjust: (inout Heartbeat) -> Void = { _ in }) -> Heartbeat {
        sequence += 1
        return again(adjust)
    }

    /// The last heartbeat once more.
    func again(_ adjust: (inout Heartbeat) -> Void = { _ in }) -> Heartbeat {
        var heartbeat = Heartbeat(host: host, binary: binary)
        heartbeat.incarnation = incarnation
        if incarnation != nil { heartbeat.sequence = sequence }
        adjust(&heartbeat)
        return heartbeat
    }

    func departure(_ manner: Departure.Manner = .left) -> Departure {
        Departure(
            name: ServiceName(host: host, binary: binary),
            worker: "",
            incarnation: incarnation,
            manner: manner
        )
    }
}

extension ModelDaemon {
    /// Beats every `interval` while time goes by.
    mutating func keepBeating(
        _ process: inout Process,
        for duration: Duration,
        every interval: Duration = .seconds(10)
    ) async {
        var left = duration
        while left > .zero {
            let step = min(left, interval)
            await beat(process.next())
            await run(step)
            left -= step
        }
    }
}
