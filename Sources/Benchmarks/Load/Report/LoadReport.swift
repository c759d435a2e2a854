import Foundation

/// What a run measured, as a table and as JSON.
struct LoadReport: Sendable {
    struct Figure: Codable, Sendable {
        var quantity: String
        var value: Double
        var unit: String
        var note: String?
    }

    private struct Document: Codable {
        var services: Int
        var interval: Double
        var batch: Int
        var connections: Int
        var figures: [Figure]
        var failures: [String]
    }

    private let plan: LoadPlan
    private(set) var figures: [Figure] = []
    /// What must not be: the run has failed where there is one.
    private(set) var failures: [String] = []

    init(_ plan: LoadPlan) { self.plan = plan }

    mutating func add(_ quantity: String, _ value: Double, _ unit: String, _ note: String? = nil) {
        figures.append(Figure(quantity: quantity, value: value, unit: unit, note: note))
    }

    /// Its percentiles, in milliseconds.
    mutating func add(_ quantity: String, _ latencies: Latencies, _ note: String? = nil) {
        guard latencies.count > 0 else { return }
        for percentile in [50, 99, 99.9] {
            add("\(quantity), p\(percentile.plain)", latencies.percentile(percentile), "ms", note)
        }
        add("\(quantity), longest", latencies.longest, "ms", "of \(latencies.count)")
    }

    mutating func fail(_ reason: String) { failures.append(reason) }

    mutating func expectNone(_ count: Int, _ what: String) {
        if count > 0 { failures.append("\(count) \(what)") }
    }

    var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return try encoder.encode(
                Document(
                    services: plan.services,
                    interval: plan.interval,
                    batch: plan.batch,
                    connections: plan.connections,
                    figures: figures,
                    failures: failures
                )
            )
        }
    }

    var table: String {
        let rows = figures.map { [$0.quantity, $0.value.plain, $0.unit, $0.note ?? ""] }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let cells = [
                row[0].padding(toLength: widths[0], withPad: " ", startingAt: 0),
                String(repeating: " ", count: widths[1] - row[1].count) + row[1],
                row[2].padding(toLength: widths[2], withPad: " ", startingAt: 0), row[3],
            ]
            return cells.joined(separator: "  ")
        }
        let title =
            "\(plan.services) services, every \(plan.interval.plain) s, \(plan.batch) in a call, \(plan.connections) connections"
        return ([plan.isFlatOut ? title + ", flat out" : title] + lines).joined(separator: "\n")
    }
}

extension Double {
    /// As few digits as tell it: three that count.
    fileprivate var plain: String {
        if self == rounded(), abs(self) < 1e15 { return String(Int64(self)) }
        let digits = abs(self) >= 100 ? 0 : abs(self) >= 10 ? 1 : abs(self) >= 1 ? 2 : 3
        return String(format: "%.\(digits)f", self)
    }
}
