import Metrics
import Telemetry

/// The metrics of refusals, each declared once.
struct AccessMetrics: Sendable {
    /// What somebody who was refused lacked.
    enum Lack: String, CaseIterable {
        /// A credential that counts.
        case credential
        /// The role that the call takes.
        case role
        /// The right to beat for that service.
        case scope
        /// Patience: it sent more than it may.
        case rate
    }

    private let refusals: [Lack: Counter]

    init(_ registry: PrometheusRegistry) {
        let name = "rollcall_auth_refusals_total"
        let factory = PrometheusMetricsFactory(registry: registry)
        refusals = Dictionary(
            uniqueKeysWithValues: Lack.allCases.map {
                ($0, Counter(label: name, dimensions: [("reason", $0.rawValue)], factory: factory))
            }
        )
        registry.describe(
            name,
            help: "Calls that were refused, also in part, for want of a credential, its role, its scope, or patience."
        )
    }

    func refused(_ lack: Lack) { refusals[lack]?.increment() }
}
