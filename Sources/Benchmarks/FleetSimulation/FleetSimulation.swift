import Glibc
import LivenessTesting

/// The large simulation: `swift run -c release fleet-simulation [company] [SEEDS] [FIRST]`.
///
/// A thousand services for an hour per seed, with loss of 0, 1, 5 or 20 %, two seeds at a time; with `company` a hundred
/// of them, and three daemons over one database. Ends with 1 and names the seeds when an invariant was broken.
@main
struct FleetSimulation {
    private static let workers: UInt64 = 2

    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let isCompany = CommandLine.arguments.contains("company")
        let count = numbers.first ?? 1_000
        let first = numbers.dropFirst().first ?? 1
        let start = ContinuousClock.now
        var total = SimulationReport(seed: 0)
        var broken: [UInt64] = []
        try await withThrowingTaskGroup(of: [SimulationReport].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var reports: [SimulationReport] = []
                    for seed in stride(from: first + worker, to: first + count, by: Int(workers)) {
                        reports.append(isCompany ? try await company(seed) : try await alone(seed))
                    }
                    return reports
                }
            }
            for try await reports in group {
                for report in reports {
                    total.add(report)
                    guard !report.violations.isEmpty else { continue }
                    broken.append(report.seed)
                    print("seed \(report.seed): \(report.violations.joined(separator: "; "))")
                }
            }
        }
        let seen: [(Int, String)] = [
            (total.heartbeats, "heartbeats"), (total.transitions, "transitions"), (total.deaths, "deaths"),
            (total.downs, "downs"), (total.pauses, "pauses"), (total.restarts, "restarts"), (total.outages, "outages"),
        ]
        print("\(count) seeds, \(total.serviceHours) service-hours in \(ContinuousClock.now - start)")
        print(seen.map { "\($0) \($1)" }.joined(separator: ", "))
        print("worst lateness \(total.worstLatenessMilliseconds) ms, seeds with a broken invariant: \(broken.count)")
        if !broken.isEmpty { exit(1) }
    }

    private static func alone(_ seed: UInt64) async throws -> SimulationReport {
        var simulation = Simulation(plan(seed), seed: seed)
        return try await simulation.run()
    }

    private static func company(_ seed: UInt64) async throws -> SimulationReport {
        var plan = plan(seed)
        plan.services = 100
        plan.troubleCompany()
        var simulation = try await CompanySimulation(plan, daemons: 3, seed: seed)
        return try await simulation.run()
    }

    private static func plan(_ seed: UInt64) -> SimulationPlan {
        var plan = SimulationPlan()
        plan.services = 1_000
        plan.loss = [0, 0.01, 0.05, 0.2][Int(seed % 4)]
        return plan
    }
}
