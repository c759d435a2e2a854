import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// `GET /v1/versions/{binary}`: which versions are there, and which records hold the lowest one back.
///
/// Nova's rule: every record counts that is not deleted and not forced down, long-dead ones too.
struct VersionController {
    let engine: LivenessEngine
    let order: NameOrder

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/versions/{binary}", use: versions)
    }

    @Sendable private func versions(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let binary = try context.capture("binary")
        let parameters = try QueryParameters(request)
        let states = Set(try parameters.states("state"))
        let limit = try parameters.integer("limit", in: 1...100_000).map(Int.init)
        let board = engine.board
        let now = engine.now
        return Reply.json(await OffLoop.run { render(binary, states, limit, board, at: now) })
    }

    private func render(
        _ binary: String,
        _ states: Set<LivenessState>,
        _ limit: Int?,
        _ board: Board,
        at now: Instant
    ) -> [UInt8] {
        let wanted = Array(binary.utf8)
        var counts: [Int32: Int] = [:]
        var lowest = Int32.max
        var holders: [UInt32] = []
        for number in order.numbers(on: board) where board.isListed(number) {
            let card = board.cards[Int(number)]
            guard board.withName(of: number, { $1.elementsEqual(wanted) }) else { continue }
            let verdict = board.standings[Int(number)].verdict
            guard verdict.reason != .forcedDown, states.isEmpty || states.contains(verdict.state) else { continue }
            counts[card.version, default: 0] += 1
            if card.version < lowest {
                lowest = card.version
                holders = []
            }
            if card.version == lowest, holders.count < limit ?? .max { holders.append(number) }
        }
        return document(binary, counts, holders, board, at: now)
    }

    private func document(
        _ binary: String,
        _ counts: [Int32: Int],
        _ holders: [UInt32],
        _ board: Board,
        at now: Instant
    ) -> [UInt8] {
        var json = JSONWriter(capacity: holders.count * 160 + 256)
        json.raw("{\"binary\":")
        json.text(binary)
        json.raw(",\"min\":")
        bound(counts.keys.min(), to: &json)
        json.raw(",\"max\":")
        bound(counts.keys.max(), to: &json)
        json.raw(",\"counts\":[")
        for (position, (version, count)) in counts.sorted(by: { $0.key < $1.key }).enumerated() {
            json.raw(position == 0 ? "{\"version\":" : ",{\"version\":")
            json.integer(Int64(version))
            json.raw(",\"count\":")
            json.integer(Int64(count))
            json.raw("}")
        }
        json.raw("],\"minimum_held_by\":[")
        for (position, number) in holders.enumerated() {
            if position > 0 { json.raw(",") }
            holder(number, board, at: now, to: &json)
        }
        let readiness = engine.readiness
        json.raw("],\"degraded\":")
        json.bool(readiness.isDatabaseLost || readiness.isDriverLost)
        json.raw("}")
        return json.bytes
    }

    private func bound(_ version: Int32?, to json: inout JSONWriter) {
        if let version { json.integer(Int64(version)) } else { json.raw("null") }
    }

    private func holder(_ number: UInt32, _ board: Board, at now: Instant, to json: inout JSONWriter) {
        let card = board.cards[Int(number)]
        let standing = board.standings[Int(number)]
        json.raw("{\"uuid\":")
        json.uuid(card.uuid)
        json.raw(",\"host\":")
        board.withName(of: number) { host, _ in json.text(host) }
        json.raw(",\"state\":")
        json.word(standing.verdict.state.word)
        json.raw(",\"reason\":")
        json.word(standing.verdict.reason.word)
        json.raw(",\"since\":")
        json.time(standing.since)
        json.raw(",\"age\":")
        if let heard = board.hearings[Int(number)].lastHeard {
            json.milliseconds(max(.zero, now - heard))
        } else {
            json.raw("null")
        }
        json.raw("}")
    }
}
