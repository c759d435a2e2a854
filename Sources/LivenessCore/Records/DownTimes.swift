/// The down times that hold now, for a store, which is asked from several tasks.
package final class DownTimes: Sendable {
    private let settings: Locked<LivenessSettings>

    package init(_ settings: LivenessSettings = LivenessSettings()) {
        self.settings = Locked(settings)
    }

    /// Follows changed settings.
    package func adopt(_ settings: LivenessSettings) {
        self.settings.withLock { $0 = settings }
    }

    /// The shortest that is configured.
    package var shortest: Duration { settings.withLock { $0.shortestDownTime } }

    /// The down time of a service of that topic that beats at that interval.
    package func downTime(topic: String, reportInterval: Duration) -> Duration {
        settings.withLock { $0.downTime(topic: topic, reportInterval: reportInterval) }
    }
}
