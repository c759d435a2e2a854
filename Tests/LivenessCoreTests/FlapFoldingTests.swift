import Testing

@testable import LivenessCore

@Suite("Folding the rows of a service that changes its state too often")
struct FlapFoldingTests {
    private let folding = FlapFolding(limit: 3, window: .seconds(60), before: Timestamp(microseconds: .max))

    private func rows(_ seconds: [Int]) -> [FlapFolding.Row] {
        seconds.enumerated().map { number, second in
            FlapFolding.Row(revision: Int64(number + 1), at: at(second), folded: 0)
        }
    }

    private func at(_ second: Int) -> Timestamp { Timestamp(microseconds: Int64(second) * 1_000_000) }

    private func applied(_ folds: [FlapFolding.Fold], to rows: [FlapFolding.Row]) -> [FlapFolding.Row] {
        var rows = rows
        for fold in folds {
            rows.removeAll { fold.removed.contains($0.revision) }
            for number in rows.indices where rows[number].revision == fold.into { rows[number].folded = fold.count }
        }
        return rows
    }

    @Test(
        "changes that are not too many stay",
        arguments: [[], [0], [0, 10, 20], [0, 30, 60, 90, 120, 150], [0, 10, 20, 300, 310, 320]]
    )
    func few(seconds: [Int]) {
        #expect(folding.folds(of: rows(seconds)) == [])
    }

    @Test("of a run the first stays and the last ones, and the first of those tells how many went")
    func run() {
        let all = rows([0, 1_000, 1_010, 1_020, 1_030, 1_040, 1_050, 5_000])
        let folds = folding.folds(of: all)
        #expect(folds == [FlapFolding.Fold(removed: 3...4, into: 5, count: 2)])
        #expect(applied(folds, to: all).map(\.revision) == [1, 2, 5, 6, 7, 8])
    }

    @Test("two runs are folded each for itself")
    func runs() {
        let all = rows([0, 10, 20, 30, 40, 50, 1_000, 1_010, 1_020, 1_030, 1_040])
        let folds = folding.folds(of: all)
        #expect(folds.map(\.removed) == [2...3, 8...8])
        #expect(folds.map(\.into) == [4, 9] && folds.map(\.count) == [2, 1])
    }

    @Test("a run that goes on is folded on, and comes to what it would come to at once")
    func goesOn() {
        let seconds = Array(0..<2_000).map { $0 * 7 } + [14_100, 14_700, 15_300]
        let atOnce = applied(folding.folds(of: rows(seconds)), to: rows(seconds))
        var bySteps: [FlapFolding.Row] = []
        for row in rows(seconds) {
            bySteps.append(row)
            if row.revision % 9 == 0 { bySteps = applied(folding.folds(of: bySteps), to: bySteps) }
        }
        #expect(applied(folding.folds(of: bySteps), to: bySteps) == atOnce)
        #expect(atOnce.map(\.revision) == [1, 1_998, 1_999, 2_000, 2_001, 2_002, 2_003])
        #expect(atOnce.map(\.folded) == [0, 1_996, 0, 0, 0, 0, 0])
        #expect(folding.folds(of: atOnce) == [])
    }

    @Test("clocks that go back and counts without bound are no trap")
    func hostile() {
        var all = rows([100, 50, 70, 20, 10, 0, -50])
        all[2].folded = .max
        let left = applied(folding.folds(of: all), to: all)
        #expect(left.first?.revision == 1 && left.last?.revision == 7)
        let edges = [Int64.min, .max, .min, .max, .min].enumerated().map {
            FlapFolding.Row(revision: Int64($0.offset), at: Timestamp(microseconds: $0.element), folded: 0)
        }
        _ = folding.folds(of: edges)
    }
}
