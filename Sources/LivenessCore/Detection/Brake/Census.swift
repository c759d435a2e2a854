/// How many services there are in each scope, and how many of them are silent: what a brake goes by.
///
/// It is taken over all services in slices. A scope's members are those recorded up, those held by a brake or unknown
/// for a silent daemon's sake, and those who failed a moment ago.
struct Census: Sendable {
    /// What is known of a member.
    enum Sign {
        case heard
        /// Not heard since this daemon started, or since it was blind, and that is not long ago.
        case awaited
        case silent
        /// In a part of the back end that does not show it: not counted among those who may engage a brake, and not as heard
        /// where one is to be released.
        case unseen
    }

    struct Tally: Hashable, Sendable {
        var members = 0
        var heard = 0
        var silent = 0
        var unseen = 0

        mutating func add(_ sign: Sign) {
            if sign == .unseen {
                unseen += 1
                return
            }
            members += 1
            if sign == .heard { heard += 1 }
            if sign == .silent { silent += 1 }
        }

        mutating func add(_ other: Tally) {
            members += other.members
            heard += other.heard
            silent += other.silent
            unseen += other.unseen
        }
    }

    let began: Instant
    /// Taken while silence said nothing: only failures were counted as silent, and nobody as heard.
    let isBlind: Bool
    /// The next service to be counted; all are when it is nil.
    var next: Int? = 0
    /// By the number of a profile.
    private var groups: [Tally] = []
    private var fleet = Tally()
    /// By scope, once all are counted.
    private(set) var tallies: [BrakeScope: Tally] = [:]
    /// When the brake of a profile's scope was last released, as far as that was asked.
    private var releases: [UInt32: Instant?] = [:]

    init(at now: Instant, isBlind: Bool = false) {
        began = now
        self.isBlind = isBlind
    }

    /// Counts a service in where it is a member.
    mutating func count(_ sign: Sign, profile: UInt32, inGroup: Bool, inFleet: Bool) {
        while groups.count <= Int(profile) { groups.append(Tally()) }
        if inGroup { groups[Int(profile)].add(sign) }
        if inFleet { fleet.add(sign) }
    }

    /// One that was counted in as heard is silent.
    mutating func silence(profile: UInt32, _ profiles: ProfileTable) {
        let change = Tally(heard: -1, silent: 1)
        if next == nil {
            tallies[.fleet, default: Tally()].add(change)
            tallies[BrakeScope(profiles[profile]), default: Tally()].add(change)
        } else if Int(profile) < groups.count {
            fleet.add(change)
            groups[Int(profile)].add(change)
        }
    }

    /// All are counted.
    mutating func close(_ profiles: ProfileTable) {
        tallies = [.fleet: fleet]
        for (number, tally) in groups.enumerated() where tally.members > 0 {
            tallies[BrakeScope(profiles[UInt32(number)]), default: Tally()].add(tally)
        }
    }

    /// Whether all were counted, and not long ago.
    func isFresh(at now: Instant, _ age: Duration) -> Bool { next == nil && now - began < age }

    /// When the brake of that profile's scope was last released.
    mutating func lastRelease(of profile: UInt32, _ profiles: ProfileTable, _ brakes: Brakes) -> Instant? {
        if let known = releases[profile] { return known }
        let released = brakes.lastRelease(of: BrakeScope(profiles[profile]))
        releases[profile] = .some(released)
        return released
    }
}
