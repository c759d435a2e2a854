import LivenessCore
import Testing

@testable import DriverMemcached

@Suite("How far others have flushed, on several servers")
struct SeenCountsTests {
    private static func record(_ id: String) -> DaemonRecord {
        DaemonRecord(
            id: id,
            incarnation: "i",
            host: "h",
            release: 1,
            schemaRange: 1...1,
            phaseSeen: "both",
            flushCount: 99,
            settingsDigest: "",
            lastSeen: Timestamp(microseconds: 0)
        )
    }

    /// What is told after each round of sights.
    private func told(_ rounds: [[SeenCounts.Sight]]) -> [Int64] {
        var counts = SeenCounts()
        return rounds.map { sights in
            counts.see(sights, of: "a")
            return counts.told([Self.record("a")])[0].flushCount
        }
    }

    @Test("one server moves the count as it is seen to move: once when it comes into sight, by two at most")
    func one() {
        let seen: [Int64?] = [nil, 40, 40, 41, 50, nil, 52, 52, 3, nil, 3]
        #expect(told(seen.map { [$0.map { .count($0) } ?? .nothing] }) == [0, 1, 1, 2, 4, 4, 5, 5, 6, 6, 6])
    }

    @Test("of several the slowest counts, and one without a count holds it")
    func slowest() {
        #expect(told([[.count(1), .count(1)], [.count(2), .count(1)], [.count(3), .count(2)]]) == [1, 1, 2])
        #expect(told([[.count(1), .count(1)], [.count(2), .nothing], [.count(3), .count(2)]]) == [1, 1, 2])
    }

    @Test("one that does not answer holds nothing, and shows no flush by answering again")
    func unanswered() {
        let rounds: [[SeenCounts.Sight]] = [
            [.count(1), .count(1)], [.count(2), .unanswered], [.count(9), .unanswered], [.count(9), .count(1)],
            [.count(10), .count(1)], [.count(11), .count(2)], [.count(11), .count(3)],
        ]
        #expect(told(rounds) == [1, 2, 4, 4, 4, 5, 6])
        #expect(told([[.unanswered], [.count(7)], [.count(8)]]) == [0, 0, 1])
        #expect(told([[.count(7)], [.unanswered], [.count(9)], [.count(10)]]) == [1, 1, 1, 2])
    }

    @Test("nothing is told of a daemon that nobody has seen")
    func unseen() {
        #expect(SeenCounts().told([Self.record("b")])[0].flushCount == 0)
    }
}
