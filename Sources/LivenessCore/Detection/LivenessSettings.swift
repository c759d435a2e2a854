/// What the machine needs to know of the configuration.
package struct LivenessSettings: Hashable, Sendable {
    package struct Topic: Hashable, Sendable {
        package var serviceDownTime: Duration?
        package var reportInterval: Duration?

        package init(serviceDownTime: Duration?, reportInterval: Duration?) {
            self.serviceDownTime = serviceDownTime
            self.reportInterval = reportInterval
        }
    }

    package var reportInterval: Duration = .seconds(10)
    package var serviceDownTime: Duration = .seconds(60)
    package var topics: [String: Topic] = [:]
    package var flushInterval: Duration = .milliseconds(250)
    package var observeInterval: Duration = .seconds(1)
    package var pauseThreshold: Duration = .seconds(1)
    /// More changes than this within `flapWindow` mark a service as flapping.
    package var flapLimit = 6
    package var flapWindow: Duration = .seconds(600)
    package var brake = BrakeSettings()
    /// What counts when drivers in the shadow say otherwise than the deciding one.
    package var policy = DriverPolicy.driver
    package var autoRegister = true
    package var enableNewServices = true
    /// This daemon's `daemon.id`.
    package var daemon = "rollcalld"

    package init() {}

    /// The interval told to services of a topic that state none.
    package func reportInterval(topic: String) -> Duration {
        topics[topic]?.reportInterval ?? reportInterval
    }

    /// Down time = max(`service_down_time`, 2.5 × the service's report_interval); the interval at most 1 h.
    package func downTime(topic: String, reportInterval: Duration) -> Duration {
        let configured = topics.isEmpty ? serviceDownTime : topics[topic]?.serviceDownTime ?? serviceDownTime
        // In whole nanoseconds: arithmetic of durations takes longer than all the rest.
        let interval = min(reportInterval.clampedNanoseconds, 3_600_000_000_000)
        return max(configured, .nanoseconds(interval / 2 * 5))
    }

    /// How late the loop may be before that counts as blind: never more than a quarter of the shortest down time.
    package var effectivePauseThreshold: Duration { min(pauseThreshold, shortestDownTime / 4) }

    /// Of all that are configured.
    package var shortestDownTime: Duration {
        topics.values.compactMap(\.serviceDownTime).reduce(serviceDownTime, min)
    }

    /// Without a complete observation for this long the back end is lost.
    package var observationLostAfter: Duration { max(observeInterval * 3, .seconds(3)) }

    /// What was heard is seen by all drivers and daemons this much later.
    var showing: Duration { flushInterval + observeInterval * 2 }

    /// Without a good flush for this long the back end is lost.
    package var flushLostAfter: Duration { max(reportInterval, observationLostAfter) }
}
