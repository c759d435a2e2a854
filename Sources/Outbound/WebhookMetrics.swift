import Metrics

/// What is measured of one webhook.
struct WebhookMetrics: Sendable {
    let taken: Counter
    let refused: Counter
    let failed: Counter
    let skipped: Counter
    let behind: Gauge

    init(_ hook: String) {
        func counter(_ result: String) -> Counter {
            Counter(label: "rollcall_webhook_messages_total", dimensions: [("hook", hook), ("result", result)])
        }
        taken = counter("taken")
        refused = counter("refused")
        failed = counter("failed")
        skipped = Counter(label: "rollcall_webhook_skipped_rows_total", dimensions: [("hook", hook)])
        behind = Gauge(label: "rollcall_webhook_behind_rows", dimensions: [("hook", hook)])
    }
}
