import Foundation
import QualityOfService

/// The quality of service of each driver in the sense of Chen, Toueg and Aguilera, simulated:
/// `swift run -c release quality-of-service [HOURS [SEED]] [--plot FILE]`.
///
/// HOURS of each line of the tables are service-hours (400, which takes seven minutes on two cores). Tables go to the
/// standard output as Markdown, the plot into a file as SVG. The same seed gives the same tables.
@main
struct QualityOfServiceTables {
    static func main() async throws {
        var words = CommandLine.arguments.dropFirst()[...]
        var plot: String?
        if let position = words.firstIndex(of: "--plot"), words.index(after: position) < words.endIndex {
            plot = words[words.index(after: position)]
            words.removeSubrange(position...words.index(after: position))
        }
        let hours = words.first.map { Double($0) } ?? 400
        let seed = words.dropFirst().first.map { UInt64($0) } ?? 1
        guard let hours, let seed, hours > 0, words.count <= 2 else {
            FileHandle.standardError.write(Data("usage: quality-of-service [HOURS [SEED]] [--plot FILE]\n".utf8))
            exit(64)
        }
        let run = QualityRun(serviceHours: hours, seed: seed)
        var lines: [QualityLine] = []
        for pace in Pace.allCases {
            let own = try await run.lines(pace)
            print("### \(pace.title)\n\n\(QualityTable(own))")
            lines += own
        }
        if let plot { try Data(QualityPlot(lines).text.utf8).write(to: URL(filePath: plot)) }
        if lines.contains(where: { $0.figures.missed > 0 }) { exit(1) }
    }
}
