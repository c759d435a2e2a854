/// How long to wait between tries: each time twice as long, up to a minute, and never two alike.
struct Patience {
    private static let longest = Duration.seconds(60)

    private var next = Duration.seconds(1)

    /// The next wait; `chance`, 0 to 1, scatters it.
    mutating func wait(_ chance: Double) -> Duration {
        defer { next = min(next * 2, Self.longest) }
        return next * (0.75 + chance / 2)
    }
}
