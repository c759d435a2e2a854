import NIOCore

/// The order in which connections are closed when there are too many.
///
/// First go those that never completed a request, the oldest first; then the one whose last request was answered
/// longest ago. Who has a request in flight is not in the order, and who came a moment ago is not due yet: the first
/// request may be on its way.
///
/// Both queues are rings of links in one array, so that every operation takes the same time however many connections
/// there are.
struct ClosingOrder<Element> {
    /// Names an element from `join` to `leave`.
    typealias Place = Int

    private enum Standing {
        case vacant
        /// Has not completed a request.
        case new
        /// Has, and has none in flight.
        case answered
        /// Has one in flight.
        case busy
        /// Was chosen to be closed.
        case leaving
    }

    private struct Entry {
        var element: Element?
        var standing: Standing
        /// When it joined or, once it has asked something, when it was answered.
        var since: NIODeadline
        var before: Place
        var after: Place

        /// A ring of its own.
        init(_ element: Element?, _ standing: Standing, _ since: NIODeadline, at place: Place) {
            self.element = element
            self.standing = standing
            self.since = since
            before = place
            after = place
        }
    }

    /// The entries that close the two rings; they hold nobody.
    private static var newRing: Place { 0 }
    private static var answeredRing: Place { 1 }

    /// How long nobody is closed who has just joined.
    private let youth: TimeAmount
    private var entries: [Entry]
    private var vacant: [Place] = []
    /// Those who have a request in flight.
    private(set) var busyCount = 0
    /// Those who have joined and were not chosen.
    private(set) var stayingCount = 0

    init(youth: TimeAmount) {
        self.youth = youth
        entries = [Self.newRing, Self.answeredRing].map { Entry(nil, .vacant, .distantPast, at: $0) }
    }

    // MARK: What happens to connections

    mutating func join(_ element: Element, at now: NIODeadline) -> Place {
        let place = vacant.popLast() ?? entries.count
        let entry = Entry(element, .new, now, at: place)
        if place == entries.count { entries.append(entry) } else { entries[place] = entry }
        link(place, into: Self.newRing)
        stayingCount += 1
        return place
    }

    /// A request is in flight; who was chosen stays.
    mutating func requestBegan(_ place: Place) {
        switch entries[place].standing {
        case .vacant, .busy: return
        case .leaving: stayingCount += 1
        case .new, .answered: unlink(place)
        }
        entries[place].standing = .busy
        busyCount += 1
    }

    /// No request is in flight any more.
    mutating func answered(_ place: Place, at now: NIODeadline) {
        guard entries[place].standing == .busy else { return }
        busyCount -= 1
        entries[place].standing = .answered
        entries[place].since = now
        link(place, into: Self.answeredRing)
    }

    mutating func leave(_ place: Place) {
        switch entries[place].standing {
        case .vacant: return
        case .leaving: break
        case .busy:
            busyCount -= 1
            stayingCount -= 1
        case .new, .answered: stayingCount -= 1
        }
        unlink(place)
        entries[place].standing = .vacant
        entries[place].element = nil
        vacant.append(place)
    }

    // MARK: Who goes

    /// Chooses who is to be closed next; nil when nobody is due.
    mutating func choose(at now: NIODeadline) -> (place: Place, element: Element)? {
        guard let place = due(at: now), let element = entries[place].element else { return nil }
        unlink(place)
        entries[place].standing = .leaving
        stayingCount -= 1
        return (place, element)
    }

    private func due(at now: NIODeadline) -> Place? {
        let eldest = entries[Self.newRing].after
        if eldest != Self.newRing, entries[eldest].since + youth <= now { return eldest }
        let longestIdle = entries[Self.answeredRing].after
        return longestIdle != Self.answeredRing ? longestIdle : nil
    }

    /// Whether it was chosen and has not begun a request since.
    func isLeaving(_ place: Place) -> Bool { entries[place].standing == .leaving }

    /// The next of those who have not completed a request, and when it is due; nil when there is none.
    var nextNewcomer: (element: Element, due: NIODeadline)? {
        let eldest = entries[entries[Self.newRing].after]
        return eldest.element.map { ($0, eldest.since + youth) }
    }

    // MARK: Links

    private mutating func link(_ place: Place, into ring: Place) {
        let last = entries[ring].before
        entries[place].before = last
        entries[place].after = ring
        entries[last].after = place
        entries[ring].before = place
    }

    private mutating func unlink(_ place: Place) {
        let (before, after) = (entries[place].before, entries[place].after)
        entries[before].after = after
        entries[after].before = before
        entries[place].before = place
        entries[place].after = place
    }
}
