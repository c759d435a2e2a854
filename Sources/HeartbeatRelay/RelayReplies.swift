import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallWire

extension HTTPField.Name {
    /// `Rollcall-API-Version`.
    static let apiVersion = HTTPField.Name(APIVersion.headerName) ?? .server
}

extension Response {
    /// A reply with JSON.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// A reply with a value as its document.
    static func document(_ value: WireValue) throws -> Response { json(Array(try WireJSON.encode(value))) }

    /// A refusal.
    static func refusal(_ refusal: RelayRefusal) -> Response {
        var headers: HTTPFields = [:]
        if let seconds = refusal.retryAfter { headers[.retryAfter] = String(seconds) }
        if refusal.status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"rollcall\"" }
        // A document of texts can always be written.
        let bytes = (try? WireJSON.encode(ErrorReply(error: refusal.error))).map { Array($0) } ?? []
        return json(bytes, status: HTTPResponse.Status(code: refusal.status), headers: headers)
    }
}
