/// What a request may hold at most.
///
/// The daemon enforces it; a client may look before it asks.
public enum WireLimits {
    /// The highest sequence, 2^53 - 1: what every JSON reader keeps exactly.
    public static let highestSequence: Int64 = 9_007_199_254_740_991
    /// The highest version, 2^31 - 1.
    public static let highestVersion: Int64 = 2_147_483_647
    /// Seconds between two heartbeats that a service may state.
    public static let reportInterval: ClosedRange<Double> = 0.05...3_600
    /// Heartbeats in one call.
    public static let heartbeatsPerCall = 10_000
    /// Services asked about in one `POST /v1/states`.
    public static let statesPerCall = 10_000
    /// Services in one page of a list.
    public static let pageSize = 1...100_000
    /// Bytes of a request's body, 4 MiB.
    public static let bodyBytes = 4_194_304
    /// Seconds a question for transitions may wait.
    public static let transitionsWait: ClosedRange<Double> = 0...60
}
