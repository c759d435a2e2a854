import Foundation
import ServerFixtures

/// One line of a daemon's log in JSON.
struct LogLine: Decodable, Sendable {
    var level: String
    var label: String
    var message: String
    var metadata: [String: String]?

    /// What the process has logged so far; other lines, and one that is still being written, are left out.
    static func all(in process: SpawnedProcess) -> [LogLine] {
        (process.output + process.messages).split(separator: "\n").compactMap {
            try? JSONDecoder().decode(LogLine.self, from: Data($0.utf8))
        }
    }
}
