/// What a stub answers.
package struct StubReply: Sendable {
    package var status: Int
    package var body: [UInt8]
    package var tag: String?
    /// Beside those that every answer has.
    package var headers: [String: String] = [:]
    var isHanging = false

    package init(status: Int = 200, _ body: String, tag: String? = nil) {
        self.status = status
        self.body = Array(body.utf8)
        self.tag = tag
    }

    /// Bytes that are no text.
    package init(bytes: [UInt8], headers: [String: String]) {
        status = 200
        body = bytes
        self.headers = headers
    }

    /// No content.
    package static let nothing = StubReply(status: 204, "")

    /// An error document.
    package static func error(_ status: Int, _ code: String, _ message: String = "no") -> StubReply {
        StubReply(status: status, #"{"error":{"code":"\#(code)","message":"\#(message)","detail":{}}}"#)
    }

    /// Does not answer before the test is over.
    package static let never: StubReply = {
        var reply = nothing
        reply.isHanging = true
        return reply
    }()
}
