import LivenessCore
import Metrics

/// What the engine counts where it happens, each declared once.
struct EngineMetrics: Sendable {
    let received = Counter(label: "rollcall_heartbeats_received_total", dimensions: [("transport", "http")])
    let heartbeats = Counter(label: "rollcall_heartbeats_total")
    let repeated = Counter(label: "rollcall_heartbeats_repeated_total")
    let observed = Counter(label: "rollcall_heartbeats_observed_total")
    let admissions = Counter(label: "rollcall_admissions_total")
    let fallbackFound = Counter(label: "rollcall_fallback_lookups_total", dimensions: [("result", "found")])
    let fallbackAbsent = Counter(label: "rollcall_fallback_lookups_total", dimensions: [("result", "absent")])
    let fallbackFailures = Counter(label: "rollcall_fallback_lookups_total", dimensions: [("result", "failed")])
    let flushes = Counter(label: "rollcall_flushes_total")
    let flushFailures = Counter(label: "rollcall_flush_failures_total")
    let flushedRows = Counter(label: "rollcall_flushed_rows_total")
    let flushDuration = Timer(label: "rollcall_flush_duration_seconds")
    let recordingDelay = Timer(label: "rollcall_recording_delay_seconds")
    let recordingFailures = Counter(label: "rollcall_recording_failures_total")
    let observations = Counter(label: "rollcall_observations_total")
    let observationFailures = Counter(label: "rollcall_observation_failures_total")
    let observationDuration = Timer(label: "rollcall_observation_duration_seconds")
    let pauses = Counter(label: "rollcall_pauses_total")
    let loopLag = Timer(label: "rollcall_loop_lag_seconds")
    let brakeEngagements = Counter(label: "rollcall_brake_engagements_total")
    let topics: TopicMetrics
    private let rejections: [Counter]

    /// - Parameter topics: Those that are configured.
    init(topics: [String]) {
        self.topics = TopicMetrics(topics)
        rejections = HeartbeatRejection.allCases.map {
            Counter(label: "rollcall_heartbeats_rejected_total", dimensions: [("code", $0.code)])
        }
    }

    /// A heartbeat was rejected.
    func rejected(_ why: HeartbeatRejection) {
        let position = Int(why.rawValue)
        if rejections.indices.contains(position) { rejections[position].increment() }
    }
}
