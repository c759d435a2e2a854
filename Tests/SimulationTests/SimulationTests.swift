import Foundation
import LivenessTesting
import Testing

/// The fleet in virtual time.
///
/// `ROLLCALL_SIMULATION_SEEDS=1000 swift test -c release --filter SimulationTests` runs the large one;
/// `ROLLCALL_SIMULATION_SEED=42` one seed alone.
@Suite("The simulation")
struct SimulationTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }

    private static var seeds: [UInt64] {
        if let seed = number("ROLLCALL_SIMULATION_SEED") { return [seed] }
        return Array(1...4)
    }

    @Test("no invariant is ever broken, whatever the fleet and its daemon go through")
    func invariants() async throws {
        var hours = 0.0
        var heartbeats = 0
        var transitions = 0
        var worst = 0.0
        for seed in Self.seeds {
            var plan = SimulationPlan()
            plan.services = 40
            plan.loss = [0, 0.01, 0.05, 0.2][Int(seed % 4)]
            var simulation = Simulation(plan, seed: seed)
            let report = try await simulation.run()
            hours += report.serviceHours
            heartbeats += report.heartbeats
            transitions += report.transitions
            worst = max(worst, report.worstLatenessMilliseconds)
            #expect(report.violations.isEmpty, "ROLLCALL_SIMULATION_SEED=\(seed): \(report.violations)")
            #expect(report.transitions > 0 && report.downs > 0)
        }
        print(
            "simulation: \(Self.seeds.count) seeds, \(hours) service-hours, \(heartbeats) heartbeats, "
                + "\(transitions) transitions, worst lateness \(worst) ms"
        )
    }

    @Test("nor with several daemons over one database, whatever befalls them")
    func company() async throws {
        var heartbeats = 0
        var transitions = 0
        for seed in Self.seeds {
            var plan = SimulationPlan()
            plan.services = 20
            plan.duration = .seconds(1_200)
            plan.troubleCompany()
            plan.loss = [0, 0.01, 0.05, 0.2][Int(seed % 4)]
            var simulation = try await CompanySimulation(plan, daemons: 3, seed: seed)
            let report = try await simulation.run()
            heartbeats += report.heartbeats
            transitions += report.transitions
            #expect(report.violations.isEmpty, "ROLLCALL_SIMULATION_SEED=\(seed): \(report.violations)")
            #expect(report.transitions > 0 && report.downs > 0)
        }
        print("three daemons: \(Self.seeds.count) seeds, \(heartbeats) heartbeats, \(transitions) transitions")
    }

    @Test("the same seed gives the same run")
    func reproducible() async throws {
        var plan = SimulationPlan()
        plan.services = 10
        plan.duration = .seconds(600)
        var one = Simulation(plan, seed: 7)
        var other = Simulation(plan, seed: 7)
        let first = try await one.run()
        let second = try await other.run()
        #expect(first.heartbeats == second.heartbeats)
        #expect(first.transitions == second.transitions)
    }
}
