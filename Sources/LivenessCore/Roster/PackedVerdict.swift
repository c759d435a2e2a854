/// A verdict in one byte: the reason in bits 0 to 3, the state in 4 and 5, the last state in 6 and 7.
package struct PackedVerdict: Sendable {
    /// In place of a last state.
    private static let none: UInt8 = 3

    package let bits: UInt8

    package init(bits: UInt8) {
        self.bits = bits
    }

    @inline(__always)
    package init(_ verdict: Verdict) {
        let last = verdict.lastState?.rawValue ?? Self.none
        bits = verdict.reason.rawValue | verdict.state.rawValue << 4 | last << 6
    }

    package var verdict: Verdict {
        @inline(__always) get {
            Verdict(
                LivenessState(rawValue: bits >> 4 & 3) ?? .unknown,
                Reason(rawValue: bits & 15) ?? .starting,
                lastState: LivenessState(rawValue: bits >> 6)
            )
        }
    }
}
