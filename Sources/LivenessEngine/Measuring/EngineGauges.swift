import LivenessCore
import Metrics

/// What is so at the moment somebody looks: set at each scrape.
final class EngineGauges: Sendable {
    private let states: [LivenessState: Gauge]
    private let verdicts: [Reason: Gauge]
    private let blindTotal: [Reason: FloatingPointCounter]
    private let daemons: [String: Gauge]
    private let differing = Gauge(label: "rollcall_daemons_differing")
    private let disabled = Gauge(label: "rollcall_disabled_services")
    private let flapping = Gauge(label: "rollcall_flapping_services")
    private let revision = Gauge(label: "rollcall_log_revision")
    private let isDatabaseUp = Gauge(label: "rollcall_database_up")
    private let brakes = Gauge(label: "rollcall_brakes_engaged")
    private let unrecorded = Gauge(label: "rollcall_unrecorded_changes")
    private let unflushed = Gauge(label: "rollcall_unflushed_services")
    private let unjudged = Gauge(label: "rollcall_unjudged_services")
    private let isBlind = Gauge(label: "rollcall_blind")
    private let flushAge = Gauge(label: "rollcall_flush_age_seconds")
    private let observationAge = Gauge(label: "rollcall_observation_age_seconds")
    private let loopAge = Gauge(label: "rollcall_loop_age_seconds")
    /// What was told of blind time before.
    private let toldBlind = Locked<[Reason: Duration]>([:])

    init() {
        states = Dictionary(
            uniqueKeysWithValues: LivenessState.allCases.map {
                ($0, Gauge(label: "rollcall_services", dimensions: [("state", $0.word)]))
            }
        )
        verdicts = Dictionary(
            uniqueKeysWithValues: Reason.allCases.map { reason in
                let labels = [("state", reason.state.word), ("reason", reason.word)]
                return (reason, Gauge(label: "rollcall_verdicts", dimensions: labels))
            }
        )
        blindTotal = Dictionary(
            uniqueKeysWithValues: [Reason.localPause, .backendLost].map {
                ($0, FloatingPointCounter(label: "rollcall_blind_seconds_total", dimensions: [("cause", $0.word)]))
            }
        )
        daemons = Dictionary(
            uniqueKeysWithValues: ["alive", "silent", "left"].map {
                ($0, Gauge(label: "rollcall_daemons", dimensions: [("state", $0)]))
            }
        )
    }

    /// Looks at the engine, and says what it sees.
    func look(at engine: LivenessEngine) {
        count(engine.board, engine.metrics.topics)
        let now = engine.now
        let digest = engine.identity.settingsDigest
        let seen = engine.shared.withLock { machine in
            (
                unrecorded: machine.unrecordedCount, unflushed: machine.dirtyCount, unjudged: machine.dueCount,
                brakes: machine.brakes.held.count, isBlind: !machine.isSeeing, blind: machine.blindTotal,
                signs: machine.lastSigns,
                company: machine.company.count(at: now, silence: machine.settings.observationLostAfter, digest: digest)
            )
        }
        unrecorded.record(seen.unrecorded)
        unflushed.record(seen.unflushed)
        unjudged.record(seen.unjudged)
        brakes.record(seen.brakes)
        isBlind.record(seen.isBlind ? 1 : 0)
        tell(seen.blind)
        observationAge.record(Self.seconds(now - seen.signs.observation))
        flushAge.record(Self.seconds(now - seen.signs.flush))
        loopAge.record(Self.seconds(now - engine.heartbeat.lastTick))
        daemons["alive"]?.record(seen.company.alive + 1)
        daemons["silent"]?.record(seen.company.silent)
        daemons["left"]?.record(seen.company.left)
        differing.record(seen.company.differing)
        isDatabaseUp.record(engine.readiness.isDatabaseLost ? 0 : 1)
        for driver in engine.driverStandings { tell(driver) }
    }

    private func count(_ board: Board, _ topics: TopicMetrics) {
        let census = board.census
        for (reason, gauge) in verdicts { gauge.record(census.verdicts[reason] ?? 0) }
        for (state, gauge) in states { gauge.record(census.topics.values.reduce(0) { $0 + ($1[state] ?? 0) }) }
        topics.count(census.topics)
        disabled.record(census.disabled)
        flapping.record(board.flapping.count)
        revision.record(board.head.revision)
    }

    /// A counter rises by what is new.
    private func tell(_ total: [Reason: Duration]) {
        let news = toldBlind.withLock { told in
            defer { told = total }
            return total.map { ($0.key, $0.value - (told[$0.key] ?? .zero)) }
        }
        for (cause, rise) in news { blindTotal[cause]?.increment(by: Self.seconds(rise)) }
    }

    private func tell(_ driver: LivenessEngine.DriverStanding) {
        let label = [("driver", driver.guarantees.name)]
        Gauge(label: "rollcall_driver_up", dimensions: label).record(driver.isLost ? 0 : 1)
        Gauge(label: "rollcall_driver_deciding", dimensions: label).record(driver.isDeciding ? 1 : 0)
        Gauge(label: "rollcall_driver_disagreements", dimensions: label).record(driver.disagreements)
    }

    private static func seconds(_ duration: Duration) -> Double { Double(duration.clampedNanoseconds) / 1e9 }
}

extension LivenessEngine {
    /// Brings what a scrape shows of this moment up to date.
    package func measure() { gauges.look(at: self) }
}
