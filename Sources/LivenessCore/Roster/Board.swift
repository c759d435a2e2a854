/// All that readers see: names, records, verdicts.
///
/// A copy is a snapshot; it shares everything that has not changed.
package struct Board: Sendable {
    /// 256 standings or hearings a page, 2 or 4 KiB: what a change at random places copies.
    package static let standingBits = 8

    package let hasher: NameHasher
    package internal(set) var names = NameArena()
    /// The `NamePlace` of each name, by its hash.
    package internal(set) var index = NameIndex()
    /// The dense number of each record, by the hash of its identity.
    package internal(set) var uuids = NameIndex()
    /// Where each name lies in `names`, by dense number.
    package internal(set) var locations = SnapshotArray<UInt32>(bits: 12)
    package internal(set) var cards = SnapshotArray<Card>(bits: 7)
    package internal(set) var standings = SnapshotArray<Standing>(bits: Self.standingBits)
    package internal(set) var hearings = SnapshotArray<Hearing>(bits: Self.standingBits)
    package internal(set) var extras: [UInt32: CardExtras] = [:]
    /// Services that change their state too often.
    package internal(set) var flapping: Set<UInt32> = []
    package internal(set) var profiles = ProfileTable()
    /// Moves whenever a record is created or deleted: what an order of names depends on.
    package internal(set) var membership: UInt64 = 0
    /// Moves whenever a record or a verdict changes, and not when a service is merely heard.
    package internal(set) var content: UInt64 = 0
    /// How many services are said something of that is this daemon's opinion alone, which is in no log.
    package internal(set) var localOpinions = 0
    /// Moves whenever something else is said of a service than before, and no row of the log will tell it: a local opinion
    /// came or went, or what was to be recorded is no longer so.
    package internal(set) var untold: UInt64 = 0
    /// The newest revision of the transition log that this board knows of.
    package internal(set) var head = LogHead(logID: "", revision: 0, oldest: 1)

    package init(hasher: NameHasher) {
        self.hasher = hasher
    }

    /// The dense numbers 0 ..< `count`; some of them belong to deleted records.
    package var count: Int { cards.count }

    package func isListed(_ service: UInt32) -> Bool {
        !standings[Int(service)].isDeleted
    }

    /// How many services are in each state.
    package var stateCounts: [LivenessState: Int] {
        var up = 0
        var down = 0
        var unknown = 0
        for number in 0..<count where isListed(UInt32(number)) {
            switch standings[number].verdict.state {
            case .up: up += 1
            case .down: down += 1
            case .unknown: unknown += 1
            }
        }
        return [.up: up, .down: down, .unknown: unknown]
    }

    /// The number of the service of that name, deleted or not.
    package func find(host: String, binary: String) -> UInt32? {
        let bytes = Array(host.utf8) + Array(binary.utf8)
        let split = host.utf8.count
        return find(bytes.span.bytes, host: 0..<split, binary: split..<bytes.count)
    }

    @inline(__always)
    package func find(_ bytes: RawSpan, host: Range<Int>, binary: Range<Int>) -> UInt32? {
        let hash = hasher.name(bytes, host: host, binary: binary)
        return find(hash, bytes, host: host, binary: binary)
    }

    /// The same, where the name's hash is known.
    @inline(__always)
    func find(_ hash: UInt64, _ bytes: RawSpan, host: Range<Int>, binary: Range<Int>) -> UInt32? {
        index.find(hash) { names.matches(NamePlace($0).location, bytes, host: host, binary: binary) }
            .map { NamePlace($0).number }
    }

    /// The number of the record with that identity, if it is not deleted.
    package func find(_ uuid: ServiceUUID) -> UInt32? {
        findRemembered(uuid).flatMap { isListed($0) ? $0 : nil }
    }

    /// The number of the record with that identity, deleted or not, for as long as it is remembered.
    package func findRemembered(_ uuid: ServiceUUID) -> UInt32? {
        uuids.find(Self.hash(uuid)) { cards[Int($0)].uuid == uuid }.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The verdict on the service of that name; nil when there is none.
    package func verdict(host: String, binary: String) -> Verdict? {
        guard let service = find(host: host, binary: binary), isListed(service) else { return nil }
        return standings[Int(service)].verdict
    }

    /// The same for a name within bytes: what a scheduler asks thousands of times a second.
    package func verdict(_ bytes: RawSpan, host: Range<Int>, binary: Range<Int>) -> Verdict? {
        guard let service = find(bytes, host: host, binary: binary) else { return nil }
        let standing = standings[Int(service)]
        return standing.isDeleted ? nil : standing.verdict
    }

    /// Reads where these services stand, in a loop so tight that their cache misses overlap: before each of them changes.
    package func touch(_ services: [UInt32]) -> Int64 {
        var touched: Int64 = 0
        for service in services { touched ^= standings[Int(service)].since.microseconds }
        return touched
    }

    /// The service stands otherwise from now on.
    package mutating func stand(_ service: UInt32, _ standing: Standing) {
        let before = standings[Int(service)]
        standings[Int(service)] = standing
        content &+= 1
        let (was, isNow) = (before.isLocalOpinion, standing.isLocalOpinion)
        guard was || isNow, was != isNow || before.verdict != standing.verdict else { return }
        localOpinions += (isNow ? 1 : 0) - (was ? 1 : 0)
        untold &+= 1
    }

    /// Its record was deleted, or made anew.
    mutating func setDeleted(_ isDeleted: Bool, _ service: UInt32) {
        var standing = standings[Int(service)]
        guard standing.isDeleted != isDeleted else { return }
        standing.isDeleted = isDeleted
        stand(service, standing)
    }

    /// Where the next service stands.
    mutating func append(_ standing: Standing) {
        standings.append(standing)
        if standing.isLocalOpinion { localOpinions += 1 }
    }

    package func standing(of service: UInt32) -> Standing { standings[Int(service)] }

    /// Where its name lies in `names`.
    package func location(of service: UInt32) -> UInt32 { locations[Int(service)] }

    /// Hands the two parts of its name to `body`, without a copy.
    package func withName<Result>(
        of service: UInt32,
        _ body: (_ host: ArraySlice<UInt8>, _ binary: ArraySlice<UInt8>) -> Result
    ) -> Result {
        names.withName(at: locations[Int(service)], body)
    }

    /// What a list shows of a service.
    package struct Row: Sendable {
        package var card: Card
        package var standing: Standing
        package var hearing: Hearing
        package var host: ArraySlice<UInt8>
        package var binary: ArraySlice<UInt8>
    }

    /// All of it at once: a reader in another module that takes it column by column spends its time in generic code.
    package func row(of service: UInt32) -> Row {
        let number = Int(service)
        let name = names.name(in: locations[number])
        return Row(
            card: cards[number],
            standing: standings[number],
            hearing: hearings[number],
            host: name.host,
            binary: name.binary
        )
    }

    /// What a list is filtered by, at once for the same reason.
    package func marks(of service: UInt32) -> (profile: UInt32, isDisabled: Bool, verdict: Verdict) {
        let number = Int(service)
        let card = cards[number]
        return (card.profile, card.flags.contains(.disabled), standings[number].verdict)
    }

    /// Whether one name comes before the other in a list: by host, then by binary, byte by byte.
    package func precedes(_ one: UInt32, _ other: UInt32) -> Bool {
        names.precedes(locations[Int(one)], locations[Int(other)])
    }

    package func name(of service: UInt32) -> ServiceName {
        names.name(at: locations[Int(service)])
    }

    package func profile(of service: UInt32) -> Profile {
        profiles[cards[Int(service)].profile]
    }

    package func incarnation(of service: UInt32) -> String? {
        let card = cards[Int(service)]
        if card.flags.contains(.packedIncarnation) { return card.incarnation.description }
        return card.flags.contains(.textIncarnation) ? extras[service]?.incarnation : nil
    }

    static func hash(_ uuid: ServiceUUID) -> UInt64 {
        let product = (uuid.high ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: uuid.low | 1)
        return product.high ^ product.low
    }
}
