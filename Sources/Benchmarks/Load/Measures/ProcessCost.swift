import Foundation
import Glibc

/// What processes have used so far.
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

    /// To the nanosecond, as `/proc/PID/stat` does not have it: its hundredths are all that a short run takes.
    private static func cpu(of process: Int32) -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func bytes(_ field: String, of process: Int32) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first).flatMap { Int($0) }.map { $0 << 10 } ?? 0
    }
}
