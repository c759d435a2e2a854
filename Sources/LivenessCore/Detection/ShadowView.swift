/// What a driver in the shadow has shown: it looks, is told what was heard, and does not decide.
///
/// It has an opinion of the services that it ever showed to live, and of no others.
package struct ShadowView: Sendable {
    /// Never shown.
    private static let never = Int64.min

    /// A service of whom it says *up* where *down* stands, or the other way round.
    struct Conflict: Sendable {
        var opinion: LivenessState
        /// When it was first found; it counts once it has lasted for longer than either side may lag behind.
        var found: Instant
        var isCounted = false
    }

    package let driver: String
    var health: BackendHealth
    /// When the last complete observation began.
    var lastLook = Instant.distantPast
    /// All that this daemon heard before this is in its back end.
    var flushed = Instant.distantPast
    /// The other daemons, as its back end shows them.
    var company = Company()
    /// On our clock in nanoseconds, by dense number.
    private var shown = PagedArray<Int64>(bits: 12)
    /// Of services with its back end.
    var sessions = Sessions()
    var conflicts: [UInt32: Conflict] = [:]
    /// How far a comparison has come.
    var next = 0

    init(driver: String, at now: Instant) {
        self.driver = driver
        health = BackendHealth(at: now)
    }

    /// When it last showed the service to live; nil when it never did.
    func lastShown(_ service: UInt32) -> Instant? {
        guard Int(service) < shown.count, shown[Int(service)] != Self.never else { return nil }
        return Instant(nanoseconds: shown[Int(service)])
    }

    mutating func show(_ service: UInt32, at instant: Instant) {
        while shown.count <= Int(service) { shown.append(Self.never) }
        shown[Int(service)] = max(shown[Int(service)], instant.nanoseconds)
    }

    /// Its daemons have not heard the service since `instant` or earlier.
    mutating func showSilence(of service: UInt32, since instant: Instant) {
        guard let last = lastShown(service), last > instant else { return }
        shown[Int(service)] = instant.nanoseconds
    }

    /// The number is another service's from now on.
    mutating func forget(_ service: UInt32) {
        if Int(service) < shown.count { shown[Int(service)] = Self.never }
        sessions.forget(service)
        conflicts[service] = nil
    }
}
