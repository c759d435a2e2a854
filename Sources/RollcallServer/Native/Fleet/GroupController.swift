import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire

/// Groups of services: how many are up, and which hosts.
struct GroupController {
    let engine: LivenessEngine
    let order: NameOrder

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/groups", use: list)
        router.get("v1/groups/{topic}/up", use: hostsUp)
    }

    @Sendable private func list(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let board = engine.board
        return try await OffLoop.run { try Reply.document(GroupsReply(groups: Self.groups(board))) }
    }

    private static func groups(_ board: Board) -> [WireGroup] {
        var counts: [UInt32: (up: Int, down: Int, unknown: Int)] = [:]
        for number in 0..<UInt32(clamping: board.count) where board.isListed(number) {
            let profile = board.cards[Int(number)].profile
            switch board.standings[Int(number)].verdict.state {
            case .up: counts[profile, default: (0, 0, 0)].up += 1
            case .down: counts[profile, default: (0, 0, 0)].down += 1
            case .unknown: counts[profile, default: (0, 0, 0)].unknown += 1
            }
        }
        // Two profiles may differ only in whose zone it is.
        var groups: [[String]: WireGroup] = [:]
        for (number, count) in counts {
            let profile = board.profiles[number]
            let key = [profile.topic, profile.zone]
            let group =
                groups[key] ?? WireGroup(topic: profile.topic, zone: profile.zone, up: 0, down: 0, unknown: 0)
            groups[key] = WireGroup(
                topic: group.topic,
                zone: group.zone,
                up: group.up + count.up,
                down: group.down + count.down,
                unknown: group.unknown + count.unknown
            )
        }
        return groups.values.sorted { ($0.topic, $0.zone) < ($1.topic, $1.zone) }
    }

    // MARK: Hosts that are up

    @Sendable private func hostsUp(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let topic = try context.capture("topic")
        let query = try QueryParameters(request)
        let zones = Set(query.all("zone"))
        let reading = try query.unknownReading() ?? .last
        let isText = Self.wantsText(request.headers[.accept])
        let board = engine.board
        let bytes = await OffLoop.run {
            Self.render(hosts(topic, zones, reading, board), asText: isText)
        }
        var hash = TagHash()
        hash.add(bytes)
        let headers: HTTPFields = [.eTag: hash.tag, .vary: "Accept"]
        if EntityTag.matches(request.headers[.ifNoneMatch], hash.tag) {
            return Response(status: .notModified, headers: headers)
        }
        guard isText else { return Reply.json(bytes, headers: headers) }
        var textHeaders = headers
        textHeaders[.contentType] = "text/plain; charset=utf-8"
        return Response(
            status: .ok,
            headers: textHeaders,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// In the order of their bytes, each once.
    private func hosts(_ topic: String, _ zones: Set<String>, _ reading: UnknownReading, _ board: Board) -> [[UInt8]] {
        var fitting: [UInt32: Bool] = [:]
        var hosts: [[UInt8]] = []
        for number in order.numbers(on: board) where board.isListed(number) {
            let card = board.cards[Int(number)]
            let fits: Bool
            if let known = fitting[card.profile] {
                fits = known
            } else {
                let profile = board.profiles[card.profile]
                fits = profile.topic == topic && (zones.isEmpty || zones.contains(profile.zone))
                fitting[card.profile] = fits
            }
            guard fits, board.standings[Int(number)].verdict.state(reading: reading) == .up else { continue }
            let host = board.withName(of: number) { host, _ in Array(host) }
            if hosts.last != host { hosts.append(host) }
        }
        return hosts
    }

    private static func render(_ hosts: [[UInt8]], asText: Bool) -> [UInt8] {
        if asText { return hosts.flatMap { $0 + [UInt8(ascii: "\n")] } }
        var json = JSONWriter(capacity: hosts.count * 32 + 16)
        json.raw("{\"hosts\":[")
        for (position, host) in hosts.enumerated() {
            if position > 0 { json.raw(",") }
            json.text(host[...])
        }
        json.raw("]}")
        return json.bytes
    }

    /// Whether plain text is asked for and JSON is not.
    private static func wantsText(_ accept: String?) -> Bool {
        guard let accept = accept?.lowercased() else { return false }
        return accept.contains("text/plain") && !accept.contains("application/json")
    }
}
