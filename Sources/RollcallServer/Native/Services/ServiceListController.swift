import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// `GET /v1/services`: any number of services, rendered in pieces while they are sent.
struct ServiceListController {
    let engine: LivenessEngine
    let order = NameOrder()
    private let tags = ListTags()

    init(engine: LivenessEngine) {
        self.engine = engine
    }

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/services", use: list)
    }

    @Sendable private func list(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let query = try ServiceQuery(try QueryParameters(request))
        let board = engine.board
        let asked = request.headers[.ifNoneMatch]
        if asked != nil, let tag = tags.known(query, on: board), EntityTag.matches(asked, tag) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        // Selecting among a million services takes milliseconds: not on the event loop.
        let (selection, tag) = try await OffLoop.run { () throws(APIError) -> (ServiceSelection, String) in
            let selection = try ServiceSelection(query, on: board, in: order)
            return (selection, tags.known(query, on: board) ?? tags.tag(selection, query, on: board))
        }
        if EntityTag.matches(asked, tag) { return Response(status: .notModified, headers: [.eTag: tag]) }
        let rows = ServiceRows(
            selection.numbers,
            writer: ServiceWriter(board, engine, reading: query.unknownReading, fields: query.fields),
            begin: "{\"services\":[",
            end: Self.end(selection, board.head)
        )
        let headers: HTTPFields = [.contentType: "application/json", .eTag: tag]
        return Response(status: .ok, headers: headers, body: rows.body)
    }

    private static func end(_ selection: ServiceSelection, _ head: LogHead) -> [UInt8] {
        var json = JSONWriter()
        json.raw("],\"revision\":")
        json.integer(head.revision)
        json.raw(",\"log_id\":")
        json.text(head.logID)
        json.raw(",\"next_marker\":")
        if let marker = selection.nextMarker { json.uuid(marker) } else { json.raw("null") }
        json.raw("}")
        return json.bytes
    }
}
