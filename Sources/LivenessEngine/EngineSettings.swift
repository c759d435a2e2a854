package import LivenessCore

/// What the engine needs of the configuration, beside what the machine needs.
package struct EngineSettings: Sendable {
    package var liveness: LivenessSettings
    /// The host this daemon says it runs on.
    package var host: String
    package var historyMaxAge: Duration = .seconds(30 * 86_400)
    package var historyMaxPerService = 1_000
    /// A digest of the settings that daemons should share.
    package var settingsDigest = ""

    package init(liveness: LivenessSettings, host: String) {
        self.liveness = liveness
        self.host = host
    }
}

/// What this build of Rollcall is.
package enum Release {
    /// Grows by one with every release whose schema or protocol matters to others: what the fence compares.
    package static let number: Int32 = 1
    /// For people.
    package static let version = "1.0.0"
    /// The schema versions this release can work with.
    package static let schemaRange: ClosedRange<Int32> = 1...1
}
