/// Interns profiles and counts their uses, so that what no service has any more is given free.
package struct ProfileTable: Sendable {
    private var profiles: [Profile] = []
    private var uses: [Int] = []
    private var numbers: [Profile: UInt32] = [:]
    private var free: [UInt32] = []

    package init() {}

    package subscript(number: UInt32) -> Profile { profiles[Int(number)] }

    /// The profiles of a topic in one of these zones, in any zone where none is named.
    package func group(topic: String, zones: Set<String>) -> ProfileSet {
        ProfileSet(isIn: profiles.map { $0.topic == topic && (zones.isEmpty || zones.contains($0.zone)) })
    }

    mutating func take(_ profile: Profile) -> UInt32 {
        if let number = numbers[profile] {
            uses[Int(number)] += 1
            return number
        }
        let number: UInt32
        if let reused = free.popLast() {
            number = reused
            profiles[Int(number)] = profile
            uses[Int(number)] = 1
        } else {
            number = UInt32(profiles.count)
            profiles.append(profile)
            uses.append(1)
        }
        numbers[profile] = number
        return number
    }

    mutating func give(_ number: UInt32) {
        uses[Int(number)] -= 1
        guard uses[Int(number)] == 0 else { return }
        numbers[profiles[Int(number)]] = nil
        free.append(number)
    }
}
