import Synchronization

/// Spreads a fleet that was restarted together over its interval: ± 10 %.
///
/// SplitMix64 (Steele, Lea, Flood, 2014), seeded once a process, and each reply goes on a step further: nobody gains by
/// guessing it.
struct Jitter {
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let replies = Atomic<UInt64>(.random(in: 0 ... .max))

    /// Replies begin far apart from each other: none has so many services.
    private var state = replies.wrappingAdd(step << 20, ordering: .relaxed).oldValue

    /// An interval in microseconds, spread: to the millisecond where it is longer than a second.
    mutating func spread(_ whole: Int64) -> Int64 {
        state &+= Self.step
        var random = state
        random = (random ^ (random >> 30)) &* 0xBF58_476D_1CE4_E5B9
        random = (random ^ (random >> 27)) &* 0x94D0_49BB_1331_11EB
        random ^= random >> 31
        let widest = UInt64(max(0, whole)) / 5
        let offset = Int64((random >> 32) * min(widest, 1 << 31) >> 32)
        let spread = whole - Int64(min(widest, 1 << 31) / 2) + offset
        return whole >= 1_000_000 ? spread / 1_000 * 1_000 : spread
    }
}
