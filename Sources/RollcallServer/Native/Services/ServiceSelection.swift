import LivenessCore

/// The services that a list shows, in its order.
struct ServiceSelection {
    /// Products of hosts and binaries up to this size are looked up by name instead of being searched.
    private static let mostLookups = 256

    var numbers: [UInt32]
    /// What the next page begins after; nil when there is none.
    var nextMarker: ServiceUUID?

    init(_ query: ServiceQuery, on board: Board, in order: NameOrder) throws(APIError) {
        numbers = []
        nextMarker = nil
        var filter = ServiceFilter(query, board)
        let candidates = Self.candidates(query, board, order)
        var start = 0
        if let marker = query.marker {
            guard let number = board.findRemembered(marker) else {
                throw APIError.malformed("marker names no service", field: "marker")
            }
            start = Self.position(after: number, in: candidates, board)
        }
        let limit = query.limit ?? .max
        if query.limit == nil { numbers.reserveCapacity(candidates.count) }
        for number in candidates[start...] where filter.shows(number) {
            guard numbers.count < limit else {
                nextMarker = numbers.last.map { board.cards[Int($0)].uuid }
                return
            }
            numbers.append(number)
        }
    }

    private static func candidates(_ query: ServiceQuery, _ board: Board, _ order: NameOrder) -> [UInt32] {
        let lookups = query.hosts.count.multipliedReportingOverflow(by: query.binaries.count)
        guard !query.hosts.isEmpty, !query.binaries.isEmpty, !lookups.overflow,
            lookups.partialValue <= mostLookups
        else { return order.numbers(on: board) }
        var found: [UInt32] = []
        for host in query.hosts {
            for binary in query.binaries {
                if let number = board.find(host: host, binary: binary) { found.append(number) }
            }
        }
        return found.sorted { board.precedes($0, $1) }
    }

    /// The first place behind a service's name.
    private static func position(after number: UInt32, in candidates: [UInt32], _ board: Board) -> Int {
        var low = 0
        var high = candidates.count
        while low < high {
            let middle = low + (high - low) / 2
            if board.precedes(number, candidates[middle]) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}

/// The filters of a list: exact, each with several values of which one must fit.
private struct ServiceFilter {
    private let query: ServiceQuery
    private let board: Board
    private let hosts: Set<[UInt8]>
    private let binaries: Set<[UInt8]>
    /// By number of profile: whether topic and zone fit.
    private var profiles: [UInt32: Bool] = [:]

    init(_ query: ServiceQuery, _ board: Board) {
        self.query = query
        self.board = board
        hosts = Set(query.hosts.map { Array($0.utf8) })
        binaries = Set(query.binaries.map { Array($0.utf8) })
    }

    mutating func shows(_ number: UInt32) -> Bool {
        guard board.isListed(number) else { return false }
        let marks = board.marks(of: number)
        if !query.isDisabled.isEmpty, !query.isDisabled.contains(marks.isDisabled) { return false }
        if !query.states.isEmpty {
            guard query.states.contains(marks.verdict.state(reading: query.unknownReading)) else { return false }
        }
        if !query.topics.isEmpty || !query.zones.isEmpty, !fits(marks.profile) { return false }
        guard !hosts.isEmpty || !binaries.isEmpty else { return true }
        return board.withName(of: number) { host, binary in
            (hosts.isEmpty || hosts.contains(Array(host))) && (binaries.isEmpty || binaries.contains(Array(binary)))
        }
    }

    private mutating func fits(_ number: UInt32) -> Bool {
        if let known = profiles[number] { return known }
        let profile = board.profiles[number]
        let fits =
            (query.topics.isEmpty || query.topics.contains(profile.topic))
            && (query.zones.isEmpty || query.zones.contains(profile.zone))
        profiles[number] = fits
        return fits
    }
}
