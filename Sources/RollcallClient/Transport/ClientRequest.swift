internal import FoundationEssentials
internal import RollcallWire

/// One request before it is sent to an endpoint.
struct ClientRequest: Sendable {
    enum Method: String {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    var method: Method
    var target: RequestTarget
    var headers: [(name: String, value: String)] = []
    var body: Data?
    /// Time the daemon was asked to wait, beyond what an answer takes.
    var patience = Duration.zero

    init(_ method: Method, _ target: RequestTarget) {
        self.method = method
        self.target = target
    }

    /// The request with a document as its body.
    init(_ method: Method, _ target: RequestTarget, body: some Encodable) throws(ClientError) {
        self.init(method, target)
        do {
            self.body = try WireJSON.encode(body)
        } catch {
            // What can fail here is a number that JSON cannot hold: infinity or NaN.
            throw ClientError(code: .refused, message: "the request cannot be written as JSON: \(error)")
        }
    }
}
