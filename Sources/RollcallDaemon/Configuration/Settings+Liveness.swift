package import LivenessCore

extension Settings {
    /// The section `liveness`: who says that a service lives, and how long silence is tolerated.
    package struct LivenessSection: Sendable, Equatable {
        package var driver: DriverName = .database
        package var shadow: [DriverName] = []
        package var policy: DriverPolicy = .driver
        package var reportInterval: Duration = .seconds(10)
        package var serviceDownTime: Duration = .seconds(60)
        package var flushInterval: Duration = .milliseconds(250)
        package var observeInterval: Duration = .seconds(1)
        /// As configured; what counts is `LivenessSettings.effectivePauseThreshold`.
        package var pauseThreshold: Duration = .seconds(1)
        package var topics: [String: TopicSettings] = [:]

        /// What a topic has of its own; `nil` where the common value holds.
        package struct TopicSettings: Sendable, Equatable {
            package var serviceDownTime: Duration?
            package var reportInterval: Duration?

            package init(serviceDownTime: Duration? = nil, reportInterval: Duration? = nil) {
                self.serviceDownTime = serviceDownTime
                self.reportInterval = reportInterval
            }
        }

        package init() {}

        /// All drivers that run, the one that the file lets decide first.
        package var drivers: [DriverName] { [driver] + shadow }

        /// What the topic has of its own; nothing for a topic without.
        package subscript(topic topic: String) -> TopicSettings {
            get { topics[topic, default: TopicSettings()] }
            set { topics[topic] = newValue }
        }

        /// As configured; what counts for a service is `LivenessSettings.downTime`.
        package func serviceDownTime(of topic: String) -> Duration {
            topics[topic]?.serviceDownTime ?? serviceDownTime
        }
    }
}
