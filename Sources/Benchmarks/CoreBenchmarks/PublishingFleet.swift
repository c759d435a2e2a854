import AllocationCount
import LivenessCore
import LivenessTesting

/// A published board and the next one, with changes at random places: what a publication costs is the pages copied.
struct PublishingFleet {
    /// As many as are changed under one hold of the lock.
    private static let slice = 16
    private static let publications = 32
    private static let pageSize = 256

    private var board: Board
    private(set) var published: Board
    /// By publication, the services that change, in slices.
    private let changed: [[[UInt32]]]
    /// How many services change in all.
    private let changes: Int
    /// By publication, in how many pages they lie.
    private let pages: [Int]
    private let page: [Standing]
    private var copies: [[Standing]] = []

    /// - Parameters:
    ///   - count: Services on the board.
    ///   - slices: Sixteens of services that change from one publication to the next.
    init(count: Int, slices: Int) {
        board = Fleet(count: count).machine.board
        published = board
        var random = SplitMix64(seed: 9)
        changed = (0..<Self.publications).map { _ in
            (0..<slices).map { _ in
                (0..<Self.slice).map { _ in UInt32.random(in: 0..<UInt32(count), using: &random) }
            }
        }
        changes = Self.publications * slices * Self.slice
        pages = changed.map { Set($0.joined().map { Int($0) / Self.pageSize }).count }
        page = Array(repeating: board.standing(of: 0), count: Self.pageSize)
    }

    /// Answers how many changes were published.
    mutating func publish() -> Int {
        var touched: Int64 = 0
        for slices in changed {
            for services in slices {
                touched ^= board.touch(services)
                for service in services {
                    var standing = board.standing(of: service)
                    standing.verdict = Verdict(.down, .heartbeatMissed)
                    board.stand(service, standing)
                }
            }
            published = board
        }
        keep_value(UInt64(bitPattern: touched))
        return changes
    }

    /// Makes as many pages as are copied for each publication, gives up those of the one before, and answers for how
    /// many changes.
    mutating func copyPages() -> Int {
        for count in pages {
            copies = (0..<count).map { _ in
                var copy = page
                copy[0] = page[1]
                return copy
            }
        }
        return changes
    }
}
