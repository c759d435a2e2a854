import Glibc

/// A line for each operation, and what passed its threshold.
struct Report {
    private(set) var failures: [String] = []

    init() {
        print("                                              allocations           times the reference          ns")
        print(
            "for one                                    measured     most          measured    most     ours  reference"
        )
    }

    /// Measures an operation.
    mutating func add(_ threshold: Threshold, _ operation: () -> some Operation) {
        let measured = Measurement(operation(), until: threshold.ratio)
        line(
            threshold.name,
            [
                (measured.allocations, 4, 12), (threshold.allocations, 4, 9), (measured.ratio, 2, 18),
                (threshold.ratio, 2, 8), (measured.time, 1, 9), (measured.reference, 1, 11),
            ]
        )
        if let flaw = measured.flaw { failures.append("\(threshold.name): \(flaw)") }
        if measured.allocations > threshold.allocations {
            let number = Self.text(measured.allocations, 4)
            failures.append("\(threshold.name): \(number) allocations, at most \(threshold.allocations)")
        }
        if measured.ratio > threshold.ratio {
            let number = Self.text(measured.ratio, 2)
            failures.append("\(threshold.name): \(number) times the reference loop, at most \(threshold.ratio)")
        }
    }

    /// Notes how many bytes are held.
    mutating func add(_ threshold: BytesThreshold, _ bytes: Double) {
        line(threshold.name, [(bytes, 1, 12), (threshold.bytes, 1, 9)])
        if bytes > threshold.bytes {
            failures.append("\(threshold.name): \(Self.text(bytes, 1)) bytes, at most \(threshold.bytes)")
        }
    }

    /// Says what failed.
    func end() {
        for failure in failures { print("FAILED \(failure)") }
    }

    private func line(_ name: String, _ numbers: [(value: Double, digits: Int, width: Int)]) {
        let cells = numbers.map { number in
            let text = Self.text(number.value, number.digits)
            return String(repeating: " ", count: max(1, number.width - text.count)) + text
        }
        print(name + String(repeating: " ", count: max(1, 39 - name.count)) + cells.joined())
        fflush(nil)
    }

    private static func text(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = Int((value * scale).rounded())
        let fraction = String(whole % Int(scale))
        return "\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
