import LivenessCore

/// All lines of the tables.
package struct QualityRun: Sendable {
    package static let losses = [0, 0.01, 0.05, 0.2]

    /// Service-hours of each line of the slow paces; the short one, in which forty times as much happens in an hour, has a
    /// tenth.
    package var serviceHours: Double
    package var seed: UInt64
    package var workers = 2

    package init(serviceHours: Double, seed: UInt64) {
        self.serviceHours = serviceHours
        self.seed = seed
    }

    private struct Part: Sendable {
        var line: Int
        var plan: QualityPlan
        var seed: UInt64
    }

    package static func plans(_ pace: Pace) -> [QualityPlan] {
        let companies = DriverKind.allCases.map { (driver: $0, daemons: 2) } + [(driver: .database, daemons: 1)]
        return companies.flatMap { company in
            Reporting.allCases.flatMap { reporting in
                losses.map { loss in
                    QualityPlan(
                        driver: company.driver,
                        daemons: company.daemons,
                        reporting: reporting,
                        pace: pace,
                        loss: loss
                    )
                }
            }
        }
    }

    package func lines(_ pace: Pace) async throws -> [QualityLine] {
        let plans = Self.plans(pace)
        let parts = plans.enumerated().flatMap { line, plan in
            divided(plan).enumerated().map { number, part in
                Part(line: line, plan: part, seed: seed &+ UInt64(number))
            }
        }
        var results = [QualityFigures?](repeating: nil, count: parts.count)
        try await withThrowingTaskGroup(of: (Int, QualityFigures).self) { group in
            var next = 0
            func begin(_ group: inout ThrowingTaskGroup<(Int, QualityFigures), any Error>) {
                guard next < parts.count else { return }
                let number = next
                next += 1
                group.addTask {
                    var simulation = QualitySimulation(parts[number].plan, seed: parts[number].seed)
                    return (number, try await simulation.run())
                }
            }
            for _ in 0..<workers { begin(&group) }
            while let (number, figures) = try await group.next() {
                results[number] = figures
                begin(&group)
            }
        }
        var lines = plans.map { QualityLine(plan: $0, figures: QualityFigures()) }
        for (part, figures) in zip(parts, results) {
            if let figures { lines[part.line].figures.add(figures) }
        }
        return lines
    }

    /// The plan in parts that are simulated one by one.
    private func divided(_ plan: QualityPlan) -> [QualityPlan] {
        var part = plan
        if plan.pace == .short { part.duration = .seconds(600) }
        let hours = plan.pace == .short ? serviceHours / 10 : serviceHours
        let each = Double(part.services) * part.duration.inSeconds / 3_600
        return Array(repeating: part, count: max(1, Int((hours / each).rounded(.up))))
    }
}
