import FoundationEssentials
import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallWire

extension Request {
    /// The whole body; more than `WireLimits.bodyBytes` is 413.
    func wholeBody() async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: WireLimits.bodyBytes)
        } catch is NIOTooManyBytesError {
            throw APIError.bodyTooLarge
        }
    }

    /// The body as a document of the wire types; what is wrong with it is 400 and names the field.
    func document<Document: Decodable>(_ type: Document.Type) async throws -> Document {
        try APIError.decode(type, from: Array(buffer: try await wholeBody()))
    }
}

extension APIError {
    /// Decodes a document; what is wrong with it becomes a 400.
    static func decode<Document: Decodable>(_ type: Document.Type, from bytes: [UInt8]) throws -> Document {
        do {
            return try WireJSON.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw APIError(error)
        }
    }

    init(_ error: DecodingError) {
        let (path, message): ([any CodingKey], String) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
            case .typeMismatch(_, let context), .valueNotFound(_, let context):
                (context.codingPath, "has the wrong type")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            @unknown default: ([], "cannot be read")
            }
        let field = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        guard !field.isEmpty else {
            self = .malformed("the document cannot be read: \(message)")
            return
        }
        self = .malformed("\(field): \(message)", field: field)
    }
}
