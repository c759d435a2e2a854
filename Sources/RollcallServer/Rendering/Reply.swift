import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallWire

/// Replies with JSON.
enum Reply {
    /// Bytes that are JSON already.
    static func json(
        _ bytes: [UInt8],
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// A document of the wire types.
    static func document(
        _ document: some Encodable,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) throws -> Response {
        json(Array(try WireJSON.encode(document)), status: status, headers: headers)
    }
}
