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
