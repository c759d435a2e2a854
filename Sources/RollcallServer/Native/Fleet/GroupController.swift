import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire

/// Groups of services: how many are up, on which hosts, and which they are.
struct GroupController {
    let engine: LivenessEngine
    let order: NameOrder

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/groups", use: list)
        router.get("v1/groups/{topic}/up", use: up)
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

    // MARK: Who is up

    /// What is sent, and the tag that it goes by.
    private struct Answer {
        var bytes: [UInt8]
        var tag: String
        var headers: HTTPFields = [:]
    }

    @Sendable private func up(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let topic = try context.capture("topic")
        let query = try QueryParameters(request)
        let zones = Set(query.all("zone"))
        let reading = try query.unknownReading() ?? .last
        let form = UpForm(accept: request.headers[.accept])
        let board = engine.board
        let answer = try await OffLoop.run { () throws(APIError) -> Answer in
            let group = board.profiles.group(topic: topic, zones: zones)
            switch form {
            case .json: return Self.answer(Self.json(hosts(group, reading, board)))
            case .text: return Self.answer(Self.text(hosts(group, reading, board)))
            case .bitmap: return try Self.bitmap(group, reading, board)
            }
        }
        var headers: HTTPFields = [.eTag: answer.tag, .vary: "Accept"]
        if EntityTag.matches(request.headers[.ifNoneMatch], answer.tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers.append(contentsOf: answer.headers)
        headers[.contentType] = form.contentType
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes))
        )
    }

    /// In the order of their bytes, each once.
    private func hosts(_ group: ProfileSet, _ reading: UnknownReading, _ board: Board) -> [[UInt8]] {
        var hosts: [[UInt8]] = []
        for number in order.numbers(on: board) where board.isListed(number) {
            guard group.contains(board.cards[Int(number)].profile),
                board.standings[Int(number)].verdict.state(reading: reading) == .up
            else { continue }
            let host = board.withName(of: number) { host, _ in Array(host) }
            if hosts.last != host { hosts.append(host) }
        }
        return hosts
    }

    private static func text(_ hosts: [[UInt8]]) -> [UInt8] {
        hosts.flatMap { $0 + [UInt8(ascii: "\n")] }
    }

    private static func json(_ hosts: [[UInt8]]) -> [UInt8] {
        var json = JSONWriter(capacity: hosts.count * 32 + 16)
        json.raw("{\"hosts\":[")
        for (position, host) in hosts.enumerated() {
            if position > 0 { json.raw(",") }
            json.text(host[...])
        }
        json.raw("]}")
        return json.bytes
    }

    private static func answer(_ bytes: [UInt8]) -> Answer {
        var hash = TagHash()
        hash.add(bytes)
        return Answer(bytes: bytes, tag: hash.tag)
    }

    private static func bitmap(
        _ group: ProfileSet,
        _ reading: UnknownReading,
        _ board: Board
    ) throws(APIError) -> Answer {
        var bitmap = Bitmap()
        board.eachMember(of: group, reading: reading) { id, state in bitmap.add(id, isMarked: state == .up) }
        guard let bytes = bitmap.bytes() else { throw tooFarApart(bitmap) }
        var hash = TagHash()
        hash.add(UInt64(bitPattern: bitmap.first))
        hash.add(bytes)
        return Answer(
            bytes: bytes,
            tag: hash.tag,
            headers: [.bitmapFirst: String(bitmap.first), .bitmapCount: String(bytes.count * 8)]
        )
    }

    private static func tooFarApart(_ bitmap: Bitmap) -> APIError {
        var error = APIError(
            .notAcceptable,
            .notAcceptable,
            "the indexes of these services are too far apart for a bitmap: ask for text/plain or application/json",
            detail: [
                "lowest": .integer(bitmap.lowest),
                "highest": .integer(bitmap.highest),
                "services": .integer(Int64(bitmap.count)),
            ]
        )
        error.headers[.vary] = "Accept"
        return error
    }
}
