import AllocationCount
import Glibc

/// What an operation cost, round by round, beside its reference loop.
struct Measurement {
    /// When a ratio is above its threshold, so many times the rounds: what others do to the machine passes.
    private static let attempts = 4

    private var times: [Double] = []
    private var references: [Double] = []
    /// For one unit, in the round with the most.
    private(set) var allocations = 0.0
    private(set) var flaw: String?

    /// CPU time of one unit in nanoseconds, and of one of the reference loop.
    var time: Double { Self.median(times) }
    var reference: Double { Self.median(references) }
    /// In each round what slows one down slows the other down as well.
    var ratio: Double { Self.median(zip(times, references).map { $0 / $1 }) }

    init<Measured: Operation>(_ operation: consuming Measured, until mostRatio: Double) {
        // Memory that is kept is made in the first rounds.
        for _ in 0..<2 { measure(&operation) }
        times = []
        references = []
        allocations = 0
        for _ in 0..<Self.attempts {
            for _ in 0..<Measured.rounds { measure(&operation) }
            if ratio <= mostRatio { break }
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private mutating func measure(_ operation: inout some Operation) {
        operation.prepare()
        var began = Self.threadTime()
        var units = operation.reference()
        references.append((Self.threadTime() - began) / Double(units))
        let before = allocation_count()
        began = Self.threadTime()
        units = operation.run()
        let ended = Self.threadTime()
        allocations = max(allocations, Double(allocation_count() - before) / Double(units))
        times.append((ended - began) / Double(units))
        flaw = flaw ?? operation.flaw
    }

    /// How long this thread has run, in nanoseconds.
    private static func threadTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
