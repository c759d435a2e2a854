import Telemetry

/// What the engine's metrics mean, for the `# HELP` lines.
enum MetricDescriptions {
    /// In seconds: from a fast commit to one that back-pressures.
    private static let flushBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
    /// In seconds: from an idle loop to one that counts as paused.
    private static let lagBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

    private static let help: [String: String] = [
        "rollcall_heartbeats_total": "Heartbeats that counted.",
        "rollcall_heartbeats_repeated_total": "Heartbeats that were not newer than one before.",
        "rollcall_heartbeats_rejected_total": "Heartbeats that were rejected.",
        "rollcall_admissions_total": "Heartbeats that the store had to decide on.",
        "rollcall_fallback_lookups_total": "Services unknown here that were looked up in database.fallback_url.",
        "rollcall_flushes_total": "Flushes that went through.",
        "rollcall_flush_failures_total": "Flushes that failed and are repeated.",
        "rollcall_flushed_rows_total": "Services written by flushes.",
        "rollcall_transitions_total": "Changes of state that were recorded.",
        "rollcall_recording_failures_total": "Transactions of the recorder that failed and are repeated.",
        "rollcall_observations_total": "Complete observations of the back end.",
        "rollcall_observation_failures_total": "Observations of the back end that failed.",
        "rollcall_pauses_total": "Times this daemon was stopped or starved for longer than the pause threshold.",
        "rollcall_brakes_engaged": "Brakes that hold services which fell silent at once.",
        "rollcall_unrecorded_changes": "Services whose change of state waits to be recorded.",
        "rollcall_unflushed_services": "Services heard since they were last flushed.",
        "rollcall_services": "Services by state.",
    ]

    static func add(to registry: PrometheusRegistry) {
        for (name, text) in help { registry.describe(name, help: text) }
        registry.describe(
            "rollcall_flush_duration_seconds",
            help: "From taking a flush to its commit.",
            bounds: flushBounds
        )
        registry.describe(
            "rollcall_loop_lag_seconds",
            help: "How late the detector ticked.",
            bounds: lagBounds
        )
    }
}
