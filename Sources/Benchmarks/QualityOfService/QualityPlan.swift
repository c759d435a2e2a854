package import LivenessCore

/// How a fleet tells that it lives.
package enum Reporting: String, CaseIterable, Hashable, Sendable {
    /// The agent of `rollcall`: it waits for an answer, and tries again and elsewhere without one.
    case agent
    /// One heartbeat an interval to a daemon drawn at random, as behind a load balancer, whatever becomes of it.
    case oneWay = "one-way"
}

/// Intervals for which the quality is measured.
package enum Pace: String, CaseIterable, Hashable, Sendable {
    /// What holds without any configuration: 10 s and 60 s.
    case standard
    /// The fewest intervals that a down time may be: 10 s and 25 s.
    case tight
    /// An interval of 250 ms, and about the shortest down time that the driver is accepted with.
    case short

    package func settings(_ driver: DriverKind) -> LivenessSettings {
        var settings = LivenessSettings()
        switch self {
        case .standard: break
        case .tight: settings.serviceDownTime = .seconds(25)
        case .short:
            settings.reportInterval = .milliseconds(250)
            settings.observeInterval = .milliseconds(250)
            settings.serviceDownTime =
                switch driver {
                case .database: .seconds(1)
                // Longer than the shortest session that servers grant as they come.
                case .zooKeeper: .seconds(5)
                // The servers' clocks tick once a second: three more than the others need.
                case .memcached: .seconds(4)
                }
        }
        return settings
    }
}

/// What one simulation measures: one line of a table.
package struct QualityPlan: Sendable {
    package var driver: DriverKind
    package var daemons: Int
    package var reporting: Reporting
    package var pace: Pace
    /// Of each try of a heartbeat, to reach no daemon.
    package var loss: Double
    package var services = 200
    package var duration: Duration = .seconds(3_600)
    /// How long a process lives on average before it dies without a word, seconds.
    package var meanLife = 1_200.0
    /// The way to a daemon and the way back, each, seconds.
    package var latency: ClosedRange<Double> = 0.0002...0.005

    package var settings: LivenessSettings { pace.settings(driver) }

    package init(driver: DriverKind, daemons: Int, reporting: Reporting, pace: Pace, loss: Double) {
        self.driver = driver
        self.daemons = daemons
        self.reporting = reporting
        self.pace = pace
        self.loss = loss
        if pace == .short { meanLife = 60 }
    }
}

extension Pace {
    /// For a heading.
    package var title: String {
        switch self {
        case .standard: "Standard: report_interval 10 s, service_down_time 60 s"
        case .tight: "Tight: report_interval 10 s, service_down_time 25 s"
        case .short:
            "Short: report_interval and observe_interval 250 ms, service_down_time "
                + DriverKind.allCases.map { driver in
                    "\(settings(driver).serviceDownTime.inSeconds.text(decimals: 0)) s (\(driver.rawValue))"
                }.joined(separator: ", ")
        }
    }
}
