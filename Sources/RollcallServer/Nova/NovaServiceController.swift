import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire

/// Nova's `os-services`: the same services, as its clients know them.
struct NovaServiceController {
    /// What Nova itself leaves out of its list, and our daemons, which are no service of the cloud.
    private static let hidden = [OwnRecord.binary, "nova-osapi_compute", "nova-metadata"]
    /// Bytes of a body: far more than a change needs.
    private static let mostBytes = 64 << 10

    let engine: LivenessEngine
    let order: NameOrder
    let audit: AuditLog

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v2.1/os-services", use: list)
        router.put("v2.1/os-services/{id}", use: update)
        router.delete("v2.1/os-services/{id}", use: delete)
    }

    // MARK: The list

    @Sendable private func list(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let version = try Microversion(request.headers)
        let parameters = try QueryParameters(request)
        if version >= .strictQueries { try NovaChange.allow(parameters.names, among: ["host", "binary"]) }
        var query = ServiceQuery()
        query.hosts = Self.filter(parameters["host"])
        query.binaries = Self.filter(parameters["binary"])
        let board = engine.board
        let numbers = try await OffLoop.run { [query] () throws(APIError) -> [UInt32] in
            try ServiceSelection(query, on: board, in: order).numbers.filter { Self.isShown($0, on: board) }
        }
        let rows = ServiceRows(
            numbers,
            writer: NovaServiceWriter(board, engine, version),
            begin: "{\"services\":[",
            end: Array("]}".utf8)
        )
        return Response(status: .ok, headers: [.contentType: "application/json"], body: rows.body)
    }

    /// An empty value filters nothing; where one comes twice, the last one counts.
    private static func filter(_ value: String?) -> Set<String> {
        if let value, !value.isEmpty { [value] } else { [] }
    }

    private static func isShown(_ service: UInt32, on board: Board) -> Bool {
        guard board.isListed(service) else { return false }
        return board.withName(of: service) { _, binary in !hidden.contains { binary.elementsEqual($0.utf8) } }
    }

    /// The service of that number, unless it is left out of the list.
    private func shown(_ service: UInt32?, on board: Board) -> ServiceUUID? {
        guard let service, Self.isShown(service, on: board) else { return nil }
        return board.cards[Int(service)].uuid
    }

    // MARK: Changes

    @Sendable private func update(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let version = try Microversion(request.headers)
        let id = try context.capture("id")
        let change = try await change(request)
        try change.check(version)
        guard version >= .byUUID else { return try await perform(id, change, version, context) }
        guard let uuid = ServiceUUID(id) else { throw APIError.malformed("Invalid uuid \(id)") }
        let unknown = APIError(.notFound, .noSuchService, "Service \(id) could not be found.")
        guard shown(engine.board.find(uuid), on: engine.board) != nil else { throw unknown }
        _ = try await make(try change.edit(of: uuid), by: context.caller, or: unknown)
        let board = engine.board
        guard let service = board.find(uuid) else { throw unknown }
        var json = JSONWriter()
        json.raw("{\"service\":")
        var writer = NovaServiceWriter(board, engine, version)
        writer.write(service, to: &json)
        json.raw("}")
        return Reply.json(json.bytes)
    }

    private func change(_ request: Request) async throws -> NovaChange {
        do {
            let body = try await request.body.collect(upTo: Self.mostBytes)
            return try APIError.decode(NovaChange.self, from: Array(buffer: body))
        } catch is NIOTooManyBytesError {
            throw APIError(.contentTooLarge, .tooLarge, "the body is larger than \(Self.mostBytes) bytes")
        }
    }

    /// Before version 2.53: a verb, and the service by its host and binary.
    private func perform(
        _ word: String,
        _ change: NovaChange,
        _ version: Microversion,
        _ context: RollcallContext
    ) async throws -> Response {
        guard let verb = NovaChange.Verb(word, in: version) else {
            throw APIError(.notFound, .notFound, "Unknown action")
        }
        let edit = try change.edit(verb)
        let name = change.name
        let unknown = APIError(
            .notFound,
            .noSuchService,
            "Could not find binary \(name.binary) on host \(name.host)."
        )
        let board = engine.board
        guard let uuid = shown(board.find(host: name.host, binary: name.binary), on: board) else { throw unknown }
        let record = try await make(edit(uuid), by: context.caller, or: unknown)
        var json = JSONWriter()
        json.raw("{\"service\":{\"host\":")
        json.text(record.host)
        json.raw(",\"binary\":")
        json.text(record.binary)
        if verb == .forceDown {
            json.raw(",\"forced_down\":")
            json.bool(record.forcedDown != nil)
        } else {
            json.raw(",\"status\":")
            json.word(record.isDisabled ? "disabled" : "enabled")
        }
        if verb == .disableWithReason {
            json.raw(",\"disabled_reason\":")
            json.text(record.disabledReason)
        }
        json.raw("}}")
        return Reply.json(json.bytes)
    }

    private func make(_ edit: RecordEdit, by caller: String, or unknown: APIError) async throws -> ServiceRecord {
        var edit = edit
        edit.by = caller
        let old = EditableValues(edit.uuid, on: engine.board)
        switch try await engine.edit(edit) {
        case .edited(let record, let rows):
            if !rows.isEmpty { audit.edited(record, from: old, by: caller) }
            return record
        case .conflict(let record): return record
        case .notFound: throw unknown
        case .contradiction(_, let message): throw APIError.malformed(message)
        }
    }

    @Sendable private func delete(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let version = try Microversion(request.headers)
        let id = try context.capture("id")
        let board = engine.board
        let service: UInt32?
        if version >= .byUUID {
            guard let uuid = ServiceUUID(id) else { throw APIError.malformed("Invalid uuid \(id)") }
            service = board.find(uuid)
        } else {
            guard let number = Int64(id) else {
                throw APIError.malformed("Invalid input received: id must be an integer")
            }
            service = await OffLoop.run {
                (0..<UInt32(clamping: board.count)).first { board.cards[Int($0)].id == number && board.isListed($0) }
            }
        }
        guard let uuid = shown(service, on: board), try await engine.delete(uuid, by: context.caller) else {
            throw APIError(.notFound, .noSuchService, "Service \(id) not found.")
        }
        audit.changed(
            by: context.caller,
            "service deleted",
            of: board.words(of: uuid),
            from: EditableValues(uuid, on: board)?.description
        )
        return Response(status: .noContent)
    }
}
