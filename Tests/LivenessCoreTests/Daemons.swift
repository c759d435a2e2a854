import LivenessCore
import LivenessTesting

/// Daemons over one store, whose clocks go on together.
struct Daemons {
    let store = InMemoryStore(logID: "log") { Timestamp(microseconds: 0) }
    var all: [ModelDaemon] = []

    init(_ count: Int) async throws {
        for number in 0..<count { try await start("d\(number)") }
        // Until they have seen each other.
        await run(.seconds(2))
    }

    /// Starts one more, beside those that live.
    mutating func start(_ id: String) async throws {
        var settings = LivenessSettings()
        settings.daemon = id
        let now = all.first?.now ?? Instant(nanoseconds: 0)
        var daemon = ModelDaemon(settings: settings, store: store, isShared: true, at: now, seed: UInt64(all.count) + 1)
        try await daemon.start(isCompanied: !all.isEmpty)
        all.append(daemon)
    }

    /// Lets time go by; those in `stopped` do nothing meanwhile.
    mutating func run(_ duration: Duration, stopped: Set<Int> = []) async {
        var left = duration
        while left > .zero {
            let step = min(left, DeadlineWheel.slotWidth)
            for number in all.indices {
                if stopped.contains(number) { all[number].stall(step) } else { await all[number].run(step) }
            }
            left -= step
        }
    }

    func verdicts(_ host: String) -> [Verdict?] { all.map { $0.verdict(host) } }

    /// The states that the log has of a host, in order.
    func recorded(_ host: String) async throws -> [LivenessState] {
        try await store.transitions(since: 0, limit: .max).transitions
            .filter { $0.host == host && $0.kind == .state }.compactMap(\.to)
    }
}

let up = Verdict(.up, .heartbeat)
let missed = Verdict(.down, .heartbeatMissed)
