import LivenessCore
import LivenessTesting

/// A published board and the next one, with changes at random places: what a publication costs is the pages copied.
struct PublishingFleet {
    private var standings = SnapshotArray<Standing>(bits: Board.standingBits)
    private(set) var published: SnapshotArray<Standing>
    private let count: Int

    init(count: Int) {
        self.count = count
        let up = RecordedState(state: .up, reason: .heartbeat, since: Timestamp(microseconds: 0), revision: 0)
        for _ in 0..<count { standings.append(Standing(up)) }
        published = standings
    }

    mutating func publishChanges(_ changes: Int) {
        var random = SplitMix64(seed: 9)
        for _ in 0..<changes {
            standings[Int.random(in: 0..<count, using: &random)].verdict = Verdict(.down, .heartbeatMissed)
        }
        published = standings
    }
}
