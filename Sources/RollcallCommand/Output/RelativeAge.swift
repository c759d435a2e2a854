/// Spans of time as people say them.
enum RelativeAge {
    /// A span in its largest sensible unit: `0.3s`, `57s`, `12m`, `5h`, `3d`.
    static func span(seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        let size = abs(seconds)
        let sign = seconds < 0 ? "-" : ""
        // A unit begins at twice its size, so that the figure keeps two digits: 119 s, 2 m, 119 m, 2 h, 47 h, 2 d.
        switch size {
        case ..<10: return sign + tenths(size) + "s"
        case ..<120: return "\(sign)\(whole(size))s"
        case ..<7_200: return "\(sign)\(whole(size / 60))m"
        case ..<172_800: return "\(sign)\(whole(size / 3_600))h"
        default: return "\(sign)\(whole(size / 86_400))d"
        }
    }

    /// How long ago a moment was; `in …` when it is to come.
    static func ago(microseconds: Int64) -> String {
        let seconds = Double(microseconds) / 1_000_000
        return seconds < 0 ? "in " + span(seconds: -seconds) : span(seconds: seconds) + " ago"
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int64(value * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Rounded down; what is too large for a number of days is written as the largest.
    private static func whole(_ value: Double) -> Int64 {
        Int64(min(value, 9e15))
    }
}
