import LivenessCore
import QualityOfService
import Testing

/// Small fleets; the tables that people read come from `quality-of-service`.
@Suite("The quality of service")
struct QualityOfServiceTests {
    private func figures(
        _ driver: DriverKind,
        daemons: Int = 2,
        _ reporting: Reporting = .agent,
        _ pace: Pace = .standard,
        loss: Double = 0,
        seed: UInt64 = 1
    ) async throws -> QualityFigures {
        var plan = QualityPlan(driver: driver, daemons: daemons, reporting: reporting, pace: pace, loss: loss)
        // So that never so many are dead and not noticed yet that the brake takes it for a mass failure.
        plan.services = 30
        plan.duration = .seconds(pace == .short ? 120 : 900)
        plan.meanLife = pace == .short ? 60 : 300
        var simulation = QualitySimulation(plan, seed: seed)
        return try await simulation.run()
    }

    @Test(
        "without loss nobody is called down who lives, and every death is noticed in time",
        arguments: DriverKind.allCases,
        Reporting.allCases
    )
    func nothingLost(driver: DriverKind, reporting: Reporting) async throws {
        let figures = try await figures(driver, reporting)
        #expect(figures.mistakes == 0 && figures.accuracy == 1 && figures.unknownPart == 0)
        #expect(figures.missed == 0 && figures.alreadyDown == 0 && figures.revivals == 0)
        #expect(figures.refused == 0 && figures.lost == 0)
        #expect(figures.detections.count >= 40)
        let heard = figures.beyondDeadline(atHearer: true)
        #expect(heard.least >= 0 && heard.greatest <= 0.5, "down time + 500 ms where it was heard")
        let other = figures.beyondDeadline(atHearer: false)
        #expect(
            other.least >= 0 && other.greatest <= 0.5 + 0.25 + 1,
            "flush_interval + observe_interval later elsewhere"
        )
        // The last heartbeat was at most an interval and its spread before the death.
        #expect(figures.detectionTimes.least >= 60 - 11 && figures.detectionTimes.greatest <= 61.75)
    }

    @Test("alone a daemon notices deaths within 250 ms, whatever its driver")
    func alone() async throws {
        let all = try await [
            figures(.database, daemons: 1), figures(.zooKeeper, daemons: 1), figures(.memcached, daemons: 1),
        ]
        let times = all[0].beyondDeadline(atHearer: true)
        #expect(!times.isEmpty && times.least >= 0 && times.greatest <= 0.25)
        #expect(all.allSatisfy { $0.detections == all[0].detections && $0.mistakes == 0 && $0.missed == 0 })
    }

    @Test(
        "where every fifth heartbeat is lost and none is sent again, mistakes are seen, and end",
        arguments: DriverKind.allCases
    )
    func muchLost(driver: DriverKind) async throws {
        let figures = try await figures(driver, .oneWay, .tight, loss: 0.4, seed: 3)
        #expect(figures.missed == 0 && figures.refused == 0)
        #expect(figures.mistakes > 0 && figures.mistakeSeconds.count == figures.mistakes)
        #expect(figures.accuracy < 1 && figures.accuracy > 0.5)
        let down = figures.mistakeSeconds.reduce(0, +)
        #expect(abs(down - figures.downSeconds) < 0.001, "the time called down is that of the mistakes")
        #expect(abs(Double(figures.lost) / Double(figures.tries) - 0.4) < 0.1)
        let heard = figures.beyondDeadline(atHearer: true)
        #expect(heard.greatest <= 0.5)
    }

    @Test(
        "behind a load balancer a death is no mass failure, however seldom each daemon hears",
        arguments: DriverKind.allCases
    )
    func balanced(driver: DriverKind) async throws {
        let figures = try await figures(driver, .oneWay, .short)
        #expect(figures.missed == 0 && figures.unknownPart == 0 && figures.detections.count >= 40)
        #expect(figures.detectionTimes.greatest < 7, "and not after the brake let go")
    }

    @Test("agents that try again make no mistake of it")
    func retried() async throws {
        let figures = try await figures(.memcached, .agent, .standard, loss: 0.2)
        #expect(figures.lost > 0 && figures.mistakes == 0 && figures.missed == 0)
    }

    @Test("the same seed gives the same figures, another one others", arguments: DriverKind.allCases)
    func reproducible(driver: DriverKind) async throws {
        let first = try await figures(driver, loss: 0.2, seed: 7)
        let second = try await figures(driver, loss: 0.2, seed: 7)
        let other = try await figures(driver, loss: 0.2, seed: 8)
        #expect(first.detections == second.detections && first.livingSeconds == second.livingSeconds)
        #expect(first.tries == second.tries && first.lost == second.lost)
        #expect(first.detections != other.detections)
    }

    // MARK: Measuring

    private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 0) + .seconds(seconds) }

    @Test("a mistake lasts from the down to the next other answer, and an unknown is none")
    func mistake() {
        var figures = QualityFigures()
        var watch = Watch()
        watch.says(.down, at: at(0), &figures)
        watch.says(.up, at: at(10), &figures)
        watch.says(.down, at: at(20), &figures)
        watch.says(.up, at: at(25), &figures)
        watch.says(.unknown, at: at(60), &figures)
        watch.says(.up, at: at(70), &figures)
        watch.end(at: at(110), &figures)
        #expect(figures.mistakes == 1 && figures.mistakeSeconds == [5])
        #expect(figures.livingSeconds == 100 && figures.downSeconds == 5 && figures.unknownSeconds == 10)
        #expect(figures.accuracy == 0.95 && figures.unknownPart == 0.1)
        #expect(figures.mistakeRecurrenceHours == 100.0 / 3_600 && figures.mistakeDuration == 5)
    }

    @Test("a death counts when it is called down for good")
    func death() {
        var figures = QualityFigures()
        var watch = Watch()
        watch.says(.up, at: at(0), &figures)
        watch.died(at: at(103), heard: at(100), isAtHearer: true, &figures)
        #expect(!watch.hasNoticed)
        watch.says(.down, at: at(161), &figures)
        watch.says(.up, at: at(162), &figures)
        #expect(!watch.hasNoticed && figures.revivals == 1)
        watch.says(.down, at: at(163), &figures)
        #expect(watch.hasNoticed)
        watch.settle(downTime: .seconds(60), &figures)
        #expect(figures.detections.count == 1 && figures.mistakes == 0 && figures.missed == 0)
        let detection = figures.detections[0]
        #expect(detection.sinceDeath == 60 && detection.sinceHeard == 63 && detection.beyondDeadline == 3)
        #expect(detection.isAtHearer && figures.livingSeconds == 103)
    }

    @Test("one who was down by mistake when it died is detected at once, and one who never is is missed")
    func deathInMistake() {
        var figures = QualityFigures()
        var watch = Watch()
        watch.says(.up, at: at(0), &figures)
        watch.says(.down, at: at(50), &figures)
        watch.died(at: at(60), heard: at(0), isAtHearer: false, &figures)
        watch.settle(downTime: .seconds(50), &figures)
        #expect(figures.alreadyDown == 1 && figures.mistakeSeconds == [10] && figures.detectionTimes.sorted == [0])
        watch.says(.up, at: at(70), &figures)
        watch.died(at: at(80), heard: at(75), isAtHearer: false, &figures)
        watch.settle(downTime: .seconds(50), &figures)
        #expect(figures.missed == 1)
    }

    @Test("quantiles are values that were seen")
    func quantiles() {
        let quantiles = Quantiles((1...200).map(Double.init).shuffled())
        #expect(quantiles.quantile(0.5) == 100 && quantiles.quantile(0.99) == 198 && quantiles.greatest == 200)
        #expect(Quantiles([]).isEmpty && Quantiles([3]).quantile(0.99) == 3)
    }

    @Test("a table says what was seen, and the plot is one picture")
    func report() async throws {
        let plan = QualityPlan(driver: .memcached, daemons: 2, reporting: .oneWay, pace: .standard, loss: 0.05)
        let line = QualityLine(plan: plan, figures: try await figures(.memcached, .oneWay, loss: 0.05))
        let table = QualityTable([line]).description
        #expect(table.contains("| memcached | one-way | 5 % |"))
        let plot = QualityPlot([line]).text
        #expect(plot.hasPrefix("<svg ") && plot.hasSuffix("</svg>\n") && !plot.contains("nan"))
    }
}
