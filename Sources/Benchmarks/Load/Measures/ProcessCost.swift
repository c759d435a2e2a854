import Foundation

/// What processes have used so far, as `/proc` tells it.
struct ProcessCost: Sendable {
    /// In seconds, user and system.
    var cpu = 0.0
    /// Bytes of memory, now and at most.
    var resident = 0
    var peak = 0

    init(of processes: [Int32]) {
        for process in processes {
            cpu += Self.cpu(of: process)
            resident += Self.bytes("VmRSS", of: process)
            peak += Self.bytes("VmHWM", of: process)
        }
    }

    private static func cpu(of process: Int32) -> Double {
        // Behind the name, which may hold anything, the fields are numbers: the 14th and the 15th of all are the times.
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func bytes(_ field: String, of process: Int32) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first).flatMap { Int($0) }.map { $0 << 10 } ?? 0
    }
}
