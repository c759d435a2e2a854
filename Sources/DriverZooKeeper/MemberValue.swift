import LivenessCore

/// What stands in a member's node: `{"v":1,"sequence":N,"version":N,"report_interval":SECONDS}`, as it was when the node was
/// made; `sequence` only where the service states one.
struct MemberValue: Hashable, Sendable {
    var sequence: UInt64?
    var version: Int32
    var reportInterval: Duration

    var text: String {
        let sequence = sequence.map { #""sequence":\#($0),"# } ?? ""
        return #"{"v":1,\#(sequence)"version":\#(version),"report_interval":\#(seconds)}"#
    }

    /// Without more digits than there are.
    private var seconds: String {
        let microseconds = reportInterval.clampedNanoseconds / 1_000
        guard microseconds % 1_000_000 != 0 else { return String(microseconds / 1_000_000) }
        return String(Double(microseconds) / 1_000_000)
    }
}
