import Telemetry

/// What the engine's metrics mean, for the `# HELP` lines.
enum MetricDescriptions {
    /// In seconds: from a fast commit to one that back-pressures.
    private static let flushBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
    /// In seconds: from an idle loop to one that counts as paused.
    private static let lagBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

    /// In seconds after a deadline.
    private static let delayBounds = [
        0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10, 30,
    ]
    /// In seconds: around the down times that people have.
    private static let silenceBounds: [Double] = [
        1, 2.5, 5, 10, 15, 20, 30, 45, 60, 61, 62.5, 75, 90, 120, 180, 300, 600, 3_600,
    ]
    private static let mistakeBounds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600]
    private static let recordingBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    private static let help: [String: String] = [
        "rollcall_build_info": "Always 1; the version says what runs.",
        "rollcall_ready": "Whether /readyz answers 200: 1, or 0 while this daemon is stopping.",
        "rollcall_database_up": "Whether the records' database answers: 1 or 0.",
        "rollcall_driver_up": "Whether the back end of each liveness driver answers, whole: 1 or 0.",
        "rollcall_driver_deciding": "Whether this driver decides: 1, or 0 for one in the shadow.",
        "rollcall_driver_disagreements": "Services of whom a driver in the shadow says otherwise than what stands.",
        "rollcall_services": "Services by state.",
        "rollcall_topic_services": "Services by topic and state.",
        "rollcall_verdicts": "Services by state and the reason for it.",
        "rollcall_flapping_services": "Services that change their state too often.",
        "rollcall_disabled_services": "Services that are disabled.",
        "rollcall_heartbeats_received_total":
            "Heartbeats that arrived, by the way they came, whatever became of them.",
        "rollcall_heartbeats_total": "Heartbeats that counted.",
        "rollcall_heartbeats_repeated_total": "Heartbeats that were not newer than one before.",
        "rollcall_heartbeats_rejected_total": "Heartbeats that were rejected, by the code they were told.",
        "rollcall_heartbeats_observed_total":
            "Heartbeats heard by other daemons or written by agents themselves, as the back end showed them.",
        "rollcall_admissions_total": "Heartbeats that the store had to decide on.",
        "rollcall_fallback_lookups_total": "Services unknown here that were looked up in database.fallback_url.",
        "rollcall_flushes_total": "Flushes that went through.",
        "rollcall_flush_failures_total": "Flushes that failed and are repeated.",
        "rollcall_flushed_rows_total": "Services written by flushes.",
        "rollcall_flush_age_seconds": "Time since a flush last went through.",
        "rollcall_transitions_total":
            "Changes of state that this daemon recorded, by topic, new state and reason.",
        "rollcall_recording_failures_total": "Transactions of the recorder that failed and are repeated.",
        "rollcall_log_revision": "Newest revision of the transition log that this daemon knows of.",
        "rollcall_mistakes_total":
            "Services called down for silence that came back with the incarnation they had: they lived.",
        "rollcall_observations_total": "Complete observations of the back end.",
        "rollcall_observation_failures_total": "Observations of the back end that failed.",
        "rollcall_observation_age_seconds": "Time since the back end was last observed completely.",
        "rollcall_loop_age_seconds": "Time since the detector last ticked.",
        "rollcall_pauses_total": "Times this daemon was stopped or starved for longer than the pause threshold.",
        "rollcall_blind": "Whether this daemon cannot see now, or has not caught up yet: 1 or 0.",
        "rollcall_blind_seconds_total":
            "Time in which this daemon could not see, by cause, once it has ended: it counts against nobody.",
        "rollcall_brakes_engaged": "Brakes that hold services which fell silent at once.",
        "rollcall_brake_engagements_total": "Brakes that were engaged, here or by another daemon.",
        "rollcall_daemons": "Daemons that share the database, as this one sees them, itself included.",
        "rollcall_daemons_differing": "Other daemons at work whose shared settings differ from this one's.",
        "rollcall_unjudged_services": "Services whose deadline passed and who wait to be judged.",
        "rollcall_unrecorded_changes": "Services whose change of state waits to be recorded.",
        "rollcall_unflushed_services": "Services heard since they were last flushed.",
        "rollcall_webhook_messages_total":
            "Messages to a webhook, by what became of them: taken, refused for good, or failed and sent again.",
        "rollcall_webhook_skipped_rows_total":
            "Rows of the log that a webhook was not told, because it had fallen too far behind.",
        "rollcall_webhook_behind_rows": "Rows of the log that a webhook has not been told yet.",
        "rollcall_http_requests_total":
            "Requests that were answered, by route pattern, method and class of status.",
        "rollcall_http_request_duration_seconds":
            "From a request's head to its reply's head, by route pattern and method.",
    ]

    private static let histograms: [(name: String, help: String, bounds: [Double])] = [
        ("rollcall_flush_duration_seconds", "From taking a flush to its commit.", flushBounds),
        (
            "rollcall_observation_duration_seconds", "How long a complete observation of the back end took.",
            flushBounds
        ),
        ("rollcall_loop_lag_seconds", "How late the detector ticked.", lagBounds),
        (
            "rollcall_detection_delay_seconds",
            "From a service's deadline to its being called down for silence; blind time is no part of it.", delayBounds
        ),
        (
            "rollcall_detection_time_seconds",
            "From the last heartbeat heard of a service to its being called down for silence.", silenceBounds
        ),
        (
            "rollcall_mistake_duration_seconds", "From a mistaken down to the heartbeat that lifted it.", mistakeBounds
        ),
        (
            "rollcall_recording_delay_seconds",
            "From a change of state being shown to its row in the transition log.", recordingBounds
        ),
    ]

    static func add(to registry: PrometheusRegistry) {
        for (name, text) in help { registry.describe(name, help: text) }
        for histogram in histograms {
            registry.describe(histogram.name, help: histogram.help, bounds: histogram.bounds)
        }
    }
}
