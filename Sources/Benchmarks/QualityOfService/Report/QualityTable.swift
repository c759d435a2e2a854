/// The figures of one pace as tables in Markdown.
package struct QualityTable: CustomStringConvertible {
    private static let dash = "-"

    private let lines: [QualityLine]

    package init(_ lines: [QualityLine]) { self.lines = lines }

    package var description: String {
        Self.table(
            [
                "driver", "reporting", "loss", "deaths", "T_D since the death, s", "since the last heartbeat, s",
                "beyond the deadline, where it was heard, ms", "beyond it, at the other daemon, ms",
            ],
            lines.map(detection)
        ) + "\n"
            + Self.table(
                [
                    "driver", "reporting", "loss", "service-hours", "mistakes", "T_MR", "T_M, s (longest)", "P_A",
                    "unknown",
                ],
                lines.map(accuracy)
            )
    }

    private func detection(_ line: QualityLine) -> [String] {
        let figures = line.figures
        let heard = Quantiles(figures.detections.map(\.sinceHeard))
        return [
            line.driverText, line.plan.reporting.rawValue, line.lossText,
            "\(figures.detections.count + figures.alreadyDown)"
                + (figures.missed > 0 ? " (\(figures.missed) missed)" : ""),
            Self.three(figures.detectionTimes, 2), Self.three(heard, 2),
            Self.three(figures.beyondDeadline(atHearer: true), 0, scale: 1_000),
            Self.three(figures.beyondDeadline(atHearer: false), 0, scale: 1_000),
        ]
    }

    private func accuracy(_ line: QualityLine) -> [String] {
        let figures = line.figures
        let hours = figures.livingSeconds / 3_600
        let recurrence = figures.mistakeRecurrenceHours.map(Self.time) ?? "none in \(hours.text(decimals: 0)) h"
        let duration = figures.mistakeDuration.map { mean in
            "\(mean.text(decimals: 2)) (\((figures.mistakeSeconds.max() ?? .nan).text(decimals: 2)))"
        }
        return [
            line.driverText, line.plan.reporting.rawValue, line.lossText, hours.text(decimals: 0),
            "\(figures.mistakes)",
            recurrence, duration ?? Self.dash, Self.part(figures.accuracy), Self.part(figures.unknownPart),
        ]
    }

    /// Median, 99th percentile and greatest.
    private static func three(_ quantiles: Quantiles, _ decimals: Int, scale: Double = 1) -> String {
        if quantiles.isEmpty { return dash }
        return [quantiles.quantile(0.5), quantiles.quantile(0.99), quantiles.greatest]
            .map { ($0 * scale).text(decimals: decimals) }.joined(separator: " / ")
    }

    /// Of hours.
    private static func time(_ hours: Double) -> String {
        hours >= 1 ? "\(hours.text(decimals: 1)) h" : "\((hours * 3_600).text(decimals: 1)) s"
    }

    /// All and nothing are only said of what is exactly that.
    private static func part(_ part: Double) -> String {
        if part == 0 || part == 1 { return part == 0 ? "0" : "1" }
        let text = part.text(decimals: 7)
        if text == "1.0000000" { return "0.9999999…" }
        return text == "0.0000000" ? "< 0.0000001" : text
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }
}
