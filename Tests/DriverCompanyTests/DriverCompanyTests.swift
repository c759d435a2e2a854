import DriverCompany
import LivenessCore
import Testing

@Suite("What drivers know of their daemon and the others")
struct DriverCompanyTests {
    @Test("the board is there from the beginning on, however often it is asked for")
    func board() {
        let source = BoardSource()
        #expect(source.board == nil)
        let board = Board(hasher: NameHasher(seed: 1, secret: 2))
        source.begin { board }
        for _ in 0..<300_000 where source.board?.count != 0 { Issue.record("it is gone") }
    }

    private static func daemon(_ id: String) -> DaemonRecord {
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

    @Test("a count moves once when it comes into sight, and by two at most when it was in sight before")
    func counts() {
        var counts = VisibleCounts()
        var told: [Int64] = []
        for seen: Int64? in [nil, 40, 40, 41, 50, nil, 52, 52, 3, nil, 3] {
            counts.see(seen, of: "a")
            told.append(counts.told([Self.daemon("a")])[0].flushCount)
        }
        #expect(told == [0, 1, 1, 2, 4, 4, 5, 5, 6, 6, 6])
        counts.wrote(7, of: "b")
        #expect(counts.told(["b", "c"].map(Self.daemon)).map(\.flushCount) == [7, 0])
    }
}
