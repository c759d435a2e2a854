import AllocationCount
import LivenessCore
import LivenessTesting

/// A scheduler asks for the state of every service, by name and in random order.
struct Asking: Operation {
    private let board: Board
    /// Names one after the other, as in the body of a request.
    private var bytes: [UInt8] = []
    private var names: [(host: Range<Int>, binary: Range<Int>)] = []
    private let table: ReferenceTable
    private(set) var flaw: String?

    init(services: Int) {
        board = Fleet(count: services).machine.board
        table = ReferenceTable(count: services)
        var random = SplitMix64(seed: 3)
        for number in (0..<services).shuffled(using: &random) {
            let begin = bytes.count
            bytes += Fleet.host(number).utf8
            let middle = bytes.count
            bytes += "nova-compute".utf8
            names.append((begin..<middle, middle..<bytes.count))
        }
    }

    func prepare() {}

    mutating func run() -> Int {
        let found = found()
        if found != names.count { flaw = "\(found) of \(names.count) were found" }
        return names.count
    }

    /// How many of them are there, with no verdict yet.
    private func found() -> Int {
        let bytes = bytes.span.bytes
        return names.count { board.verdict(bytes, host: $0.host, binary: $0.binary)?.state == .unknown }
    }

    func reference() -> Int { table.readAll() }
}
