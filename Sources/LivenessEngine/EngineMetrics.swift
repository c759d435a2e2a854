import Metrics

/// The engine's metrics, each declared once.
struct EngineMetrics: Sendable {
    let heartbeats = Counter(label: "rollcall_heartbeats_total")
    let repeated = Counter(label: "rollcall_heartbeats_repeated_total")
    let rejected = Counter(label: "rollcall_heartbeats_rejected_total")
    let admissions = Counter(label: "rollcall_admissions_total")
    let fallbackFound = Counter(label: "rollcall_fallback_lookups_total", dimensions: [("result", "found")])
    let fallbackAbsent = Counter(label: "rollcall_fallback_lookups_total", dimensions: [("result", "absent")])
    let fallbackFailures = Counter(label: "rollcall_fallback_lookups_total", dimensions: [("result", "failed")])
    let flushes = Counter(label: "rollcall_flushes_total")
    let flushFailures = Counter(label: "rollcall_flush_failures_total")
    let flushedRows = Counter(label: "rollcall_flushed_rows_total")
    let flushDuration = Timer(label: "rollcall_flush_duration_seconds")
    let transitions = Counter(label: "rollcall_transitions_total")
    let recordingFailures = Counter(label: "rollcall_recording_failures_total")
    let observations = Counter(label: "rollcall_observations_total")
    let observationFailures = Counter(label: "rollcall_observation_failures_total")
    let pauses = Counter(label: "rollcall_pauses_total")
    let loopLag = Timer(label: "rollcall_loop_lag_seconds")
    let brakes = Gauge(label: "rollcall_brakes_engaged")
    let unrecorded = Gauge(label: "rollcall_unrecorded_changes")
    let unflushed = Gauge(label: "rollcall_unflushed_services")
    let up = Gauge(label: "rollcall_services", dimensions: [("state", "up")])
    let down = Gauge(label: "rollcall_services", dimensions: [("state", "down")])
    let unknown = Gauge(label: "rollcall_services", dimensions: [("state", "unknown")])

    init() {}
}
