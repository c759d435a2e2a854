package import LivenessCore

/// What a simulated fleet goes through.
///
/// Probabilities are per heartbeat or per hour, as each says.
package struct SimulationPlan: Sendable {
    package var services = 200
    package var duration: Duration = .seconds(3_600)
    package var settings = LivenessSettings()

    /// Of each heartbeat.
    package var loss = 0.01
    package var duplication = 0.01
    /// Of each heartbeat: to be held up so long that later ones overtake it.
    package var reordering = 0.01
    package var latency: Duration = .milliseconds(20)

    /// Events of one service in an hour.
    package var deathsPerHour = 0.5
    package var leavesPerHour = 0.1
    package var failuresPerHour = 0.1
    /// How long a process that ended stays away.
    package var absence: ClosedRange<Double> = 1...400

    /// Events of the daemon in an hour.
    package var pausesPerHour = 4.0
    package var pauseSeconds: ClosedRange<Double> = 0.3...200
    package var restartsPerHour = 1.0
    package var restartSeconds: ClosedRange<Double> = 0.1...700
    package var outagesPerHour = 2.0
    package var outageSeconds: ClosedRange<Double> = 0.2...100
    package var wallStepsPerHour = 2.0

    package init() {}

    /// What befalls services and daemons where there are several of these: as much as leaves quiet times in between.
    package mutating func troubleCompany() {
        deathsPerHour = 4
        leavesPerHour = 1
        pausesPerHour = 8
        restartsPerHour = 6
        restartSeconds = 0.1...100
        outagesPerHour = 4
    }
}

/// What a simulation saw.
package struct SimulationReport: Sendable {
    package var seed: UInt64
    package var serviceHours = 0.0
    package var heartbeats = 0
    package var transitions = 0
    package var deaths = 0
    package var downs = 0
    package var pauses = 0
    package var restarts = 0
    package var outages = 0
    /// The times from a deadline to the verdict, in milliseconds.
    package var worstLatenessMilliseconds = 0.0
    /// Invariants that did not hold; empty when all did.
    package var violations: [String] = []

    package init(seed: UInt64) {
        self.seed = seed
    }

    /// Adds another run's counts.
    package mutating func add(_ other: SimulationReport) {
        serviceHours += other.serviceHours
        heartbeats += other.heartbeats
        transitions += other.transitions
        deaths += other.deaths
        downs += other.downs
        pauses += other.pauses
        restarts += other.restarts
        outages += other.outages
        worstLatenessMilliseconds = max(worstLatenessMilliseconds, other.worstLatenessMilliseconds)
    }
}
