/// Durations as they are written in settings: a whole number and a unit.
enum DurationText {
    /// From the largest to the smallest, in milliseconds.
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Reads `500ms`, `10s`, `2m`, `1h`, `30d`; `nil` for anything else, and for what is too long to count.
    static func parse(_ text: String) -> Duration? {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard let number = Int64(Substring(digits)) else { return nil }
        let suffix = text.dropFirst(digits.count)
        guard let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// The shortest text that `parse` reads as this duration, which is a whole number of milliseconds.
    static func format(_ duration: Duration) -> String {
        let milliseconds = milliseconds(duration)
        for unit in units where milliseconds % unit.milliseconds == 0 && milliseconds != 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }

    /// Rounded up; what was parsed is a whole number already.
    static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (thousands, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return thousands &+ (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
