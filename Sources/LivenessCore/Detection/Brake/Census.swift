/// How many services there are in each scope, and how many of them are silent: what a brake goes by.
///
/// It is taken over all services in slices. A scope's members are those recorded up, and those held by a brake.
struct Census: Sendable {
    /// What is known of a member.
    enum Sign {
        case heard
        /// Not heard since this daemon started, or since it was blind, and that is not long ago.
        case awaited
        case silent
    }

    struct Tally: Hashable, Sendable {
        var members = 0
        var heard = 0
        var silent = 0

        mutating func add(_ sign: Sign) {
            members += 1
            if sign == .heard { heard += 1 }
            if sign == .silent { silent += 1 }
        }

        mutating func add(_ other: Tally) {
            members += other.members
            heard += other.heard
            silent += other.silent
        }
    }

    let began: Instant
    /// The next service to be counted; all are when it is nil.
    var next: Int? = 0
    /// By the number of a profile.
    var groups: [Tally] = []
    var fleet = Tally()

    init(at now: Instant) {
        began = now
    }

    /// Counts a service in where it is a member.
    mutating func count(_ sign: Sign, profile: UInt32, inGroup: Bool, inFleet: Bool) {
        while groups.count <= Int(profile) { groups.append(Tally()) }
        if inGroup { groups[Int(profile)].add(sign) }
        if inFleet { fleet.add(sign) }
    }

    /// One that was counted in as heard is silent.
    mutating func silence(profile: UInt32) {
        guard Int(profile) < groups.count else { return }
        groups[Int(profile)].add(Tally(heard: -1, silent: 1))
        fleet.add(Tally(heard: -1, silent: 1))
    }

    /// What was counted, by scope.
    func tallies(_ profiles: ProfileTable) -> [BrakeScope: Tally] {
        var tallies = [BrakeScope.fleet: fleet]
        for (number, tally) in groups.enumerated() where tally.members > 0 {
            tallies[BrakeScope(profiles[UInt32(number)]), default: Tally()].add(tally)
        }
        return tallies
    }
}
