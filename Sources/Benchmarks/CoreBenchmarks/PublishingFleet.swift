import Benchmark
import LivenessCore
import LivenessTesting

/// A published board and the next one, with changes at random places: what a publication costs is the pages copied.
struct PublishingFleet {
    /// As many as are changed under one hold of the lock.
    private static let slice = 16

    private var board: Board
    private(set) var published: Board

    init(count: Int) {
        board = Fleet(count: count).machine.board
        published = board
    }

    mutating func publishChanges(_ changes: Int) {
        var random = SplitMix64(seed: 9)
        var touched: Int64 = 0
        for _ in 0..<changes / Self.slice {
            let services = (0..<Self.slice).map { _ in UInt32.random(in: 0..<UInt32(board.count), using: &random) }
            touched ^= board.touch(services)
            for service in services {
                var standing = board.standing(of: service)
                standing.verdict = Verdict(.down, .heartbeatMissed)
                board.stand(service, standing)
            }
        }
        published = board
        blackHole(touched)
    }
}
