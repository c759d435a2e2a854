import LivenessCore

/// How many requests one identity may still send: a bucket that fills up with time, and holds a second's worth.
struct RequestAllowance: Sendable {
    private let perSecond: Double
    private var left: Double
    private var filled: Instant

    /// - Parameters:
    ///   - perSecond: Requests, 1 or more.
    ///   - now: The present; the bucket is full.
    init(perSecond: Int, at now: Instant) {
        self.perSecond = Double(perSecond)
        left = Double(perSecond)
        filled = now
    }

    /// Takes one request out of it.
    ///
    /// - Parameter now: The present.
    /// - Returns: Nil when there was one, else after how long there will be.
    mutating func take(at now: Instant) -> Duration? {
        if let wait = wait(at: now) { return wait }
        left -= 1
        return nil
    }

    /// After how long there will be one; nil where there is.
    mutating func wait(at now: Instant) -> Duration? {
        left = min(perSecond, left + Double(max(0, (now - filled).clampedNanoseconds)) / 1e9 * perSecond)
        filled = now
        return left >= 1 ? nil : .seconds((1 - left) / perSecond)
    }
}
