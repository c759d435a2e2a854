internal import FoundationEssentials
internal import RollcallWire

/// One answer as it came.
struct ClientReply: Sendable {
    var status: Int
    var tag: String?
    /// Where the daemon reads datagrams, if it does and says so.
    var datagramPort: Int?
    /// Where the bits in the body begin and how many there are, if they are bits.
    var bitmap: (first: Int64, count: Int)?
    var body: Data

    /// The error it tells of, its own words where it is a Rollcall error document.
    func refusal(from endpoint: Endpoint) -> ClientError {
        let error = try? WireJSON.decode(ErrorReply.self, from: body).error
        let code: ClientError.Code =
            switch status {
            case 401, 403: .notAllowed
            case 404:
                // A path that is not there is no word about a service: the address may be somebody else's.
                error?.code.rawValue.hasPrefix("no_such_") ?? false ? .noSuchService : .unreadableReply
            case 502, 503, 504: .noAnswer
            case 400...599: .refused
            default: .unreadableReply
            }
        let words = error.map { $0.message.isEmpty ? $0.code.rawValue : "\($0.message) (\($0.code.rawValue))" }
        return ClientError(
            code: code,
            message: words ?? "\(endpoint) answered with status \(status)",
            status: status,
            error: error
        )
    }

    /// The document in the body.
    func document<Document: Decodable>(_ type: Document.Type) throws -> Document {
        try WireJSON.decode(type, from: body)
    }

    /// An answer that is not the bitmap that was asked for: a daemon that knows none answers with a document.
    private struct NoBitmap: Error, CustomStringConvertible {
        var description: String { "it is no bitmap" }
    }

    /// The bits in the body.
    func upBitmap() throws -> UpBitmap {
        guard let bitmap else { throw NoBitmap() }
        let up = UpBitmap(first: bitmap.first, bytes: Array(body))
        guard up.count == bitmap.count else { throw NoBitmap() }
        return up
    }
}
