import HTTPTypes
import HummingbirdCore
import RollcallWire

/// A refusal as Nova writes it: `{"badRequest":{"code":400,"message":"…"}}`.
enum NovaFault {
    static func reply(_ refusal: APIError) -> Response {
        var json = JSONWriter()
        json.raw("{")
        json.word(name(of: refusal.status.code))
        json.raw(":{\"code\":")
        json.integer(Int64(refusal.status.code))
        json.raw(",\"message\":")
        json.text(refusal.error.message)
        json.raw("}}")
        return Reply.json(json.bytes, status: refusal.status, headers: refusal.headers)
    }

    private static func name(of status: Int) -> String {
        switch status {
        case 400: "badRequest"
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404: "itemNotFound"
        case 405: "badMethod"
        case 409: "conflictingRequest"
        case 413, 429: "overLimit"
        case 415: "badMediaType"
        case 501: "notImplemented"
        case 503: "serviceUnavailable"
        default: "computeFault"
        }
    }
}
