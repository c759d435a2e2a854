import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire

/// `GET /v1/services`: any number of services, rendered in pieces while they are sent.
struct ServiceListController {
    /// Bytes of a piece: what a socket takes at once.
    private static let pieceSize = 64 << 10

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
        let pieces = ServicePieces(
            selection: selection,
            board: board,
            writer: ServiceWriter(board, engine, reading: query.unknownReading, fields: query.fields),
            size: Self.pieceSize
        )
        let headers: HTTPFields = [.contentType: "application/json", .eTag: tag]
        return Response(status: .ok, headers: headers, body: Self.body(pieces))
    }

    private static func body(_ pieces: ServicePieces) -> ResponseBody {
        ResponseBody { writer in
            var rest = pieces
            while !rest.isOver {
                let current = rest
                let (bytes, next) = await OffLoop.run {
                    var pieces = current
                    return (pieces.next(), pieces)
                }
                rest = next
                try await writer.write(bytes)
            }
            try await writer.finish(nil)
        }
    }
}

/// A list cut into pieces.
private struct ServicePieces: Sendable {
    private let selection: ServiceSelection
    private let board: Board
    private var writer: ServiceWriter
    private let size: Int
    private var position = 0
    private(set) var isOver = false

    init(selection: ServiceSelection, board: Board, writer: ServiceWriter, size: Int) {
        self.selection = selection
        self.board = board
        self.writer = writer
        self.size = size
    }

    /// The next piece; the last one ends the document.
    mutating func next() -> ByteBuffer {
        var json = JSONWriter(capacity: size + 2 * ServiceWriter.typicalSize)
        if position == 0 { json.raw("{\"services\":[") }
        while position < selection.numbers.count, json.count < size {
            if position > 0 { json.raw(",") }
            writer.write(selection.numbers[position], to: &json)
            position += 1
        }
        if position >= selection.numbers.count {
            json.raw("],\"revision\":")
            json.integer(board.head.revision)
            json.raw(",\"log_id\":")
            json.text(board.head.logID)
            json.raw(",\"next_marker\":")
            if let marker = selection.nextMarker { json.uuid(marker) } else { json.raw("null") }
            json.raw("}")
            isOver = true
        }
        return ByteBuffer(bytes: json.bytes)
    }
}
