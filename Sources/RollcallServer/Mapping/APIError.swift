import HTTPTypes
import RollcallWire

/// An error reply: what a handler throws to refuse.
struct APIError: Error {
    var status: HTTPResponse.Status
    var error: WireError
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status,
        _ code: WireErrorCode,
        _ message: String,
        detail: [String: WireValue] = [:]
    ) {
        self.status = status
        error = WireError(code: code, message: message, detail: detail)
    }

    /// A request with a wrong value; `field` is the key or parameter that holds it.
    static func malformed(_ message: String, field: String? = nil) -> APIError {
        APIError(.badRequest, .malformed, message, detail: field.map { ["field": .string($0)] } ?? [:])
    }

    static func noSuchService(_ what: String) -> APIError {
        APIError(.notFound, .noSuchService, "there is no service \(what)")
    }

    /// The same with `Retry-After`, in seconds.
    func retrying(after seconds: Int) -> APIError {
        var error = self
        error.headers[.retryAfter] = String(seconds)
        return error
    }
}
