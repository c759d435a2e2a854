import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// One record: created, read, edited, deleted.
struct ServiceController {
    let engine: LivenessEngine
    let audit: AuditLog

    func addRoutes(to router: Router<RollcallContext>) {
        router.post("v1/services", use: create)
        router.get("v1/services/{key}", use: read)
        router.patch("v1/services/{key}", use: edit)
        router.delete("v1/services/{key}", use: delete)
    }

    @Sendable private func create(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let draft = try ServiceDraft(try await request.document(ServiceCreation.self), by: context.caller)
        guard let record = try await engine.create(draft) else {
            throw APIError(
                .conflict,
                .alreadyExists,
                "there is a service \(draft.name.binary) on \(draft.name.host) already"
            )
        }
        audit.changed(by: context.caller, "service created", of: record.words, to: "\(EditableValues(record))")
        return try reply(record.uuid, status: .created, headers: [.location: "/v1/services/\(record.uuid)"])
    }

    @Sendable private func read(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let reading = try QueryParameters(request).unknownReading()
        let uuid = try context.uuid()
        try await engine.lookUp(uuid)
        return try reply(uuid, reading: reading)
    }

    @Sendable private func edit(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let uuid = try context.uuid()
        let patch = try await request.document(ServicePatch.self)
        var edit = try RecordEdit(patch, of: uuid, by: context.caller, at: engine.wall(engine.now))
        if let condition = request.headers[.ifMatch], condition != "*" {
            // A tag of another record, or none at all, matches no edit.
            edit.expectedEdit = EntityTag.edit(condition, of: uuid) ?? -1
        }
        let old = EditableValues(uuid, on: engine.board)
        switch try await engine.edit(edit) {
        case .edited(let record, let rows):
            if !rows.isEmpty { audit.edited(record, from: old, by: context.caller) }
            return try reply(uuid)
        case .notFound: throw APIError.noSuchService(uuid.description)
        case .conflict(let record):
            throw APIError(
                .conflict,
                .editConflict,
                "the record was edited since",
                detail: ["etag": .string(EntityTag.record(uuid, edit: record.edit))]
            )
        case .contradiction(let field, let message): throw APIError.malformed(message, field: field)
        }
    }

    @Sendable private func delete(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let uuid = try context.uuid()
        let (name, old) = (engine.board.words(of: uuid), EditableValues(uuid, on: engine.board))
        guard try await engine.delete(uuid, by: context.caller) else {
            throw APIError.noSuchService(uuid.description)
        }
        audit.changed(by: context.caller, "service deleted", of: name, from: old?.description)
        return Response(status: .noContent)
    }

    /// The full service, with the tag that an edit may name.
    private func reply(
        _ uuid: ServiceUUID,
        reading: UnknownReading? = nil,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) throws -> Response {
        let board = engine.board
        guard let service = board.find(uuid) else { throw APIError.noSuchService(uuid.description) }
        var json = JSONWriter(capacity: ServiceWriter.typicalSize)
        var writer = ServiceWriter(board, engine, reading: reading)
        writer.write(service, to: &json)
        var headers = headers
        headers[.eTag] = EntityTag.record(uuid, edit: Int64(board.cards[Int(service)].edit))
        return Reply.json(json.bytes, status: status, headers: headers)
    }
}
