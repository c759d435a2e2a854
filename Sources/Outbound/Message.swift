import Crypto
import Foundation

/// What is sent to a webhook: a body, and headers by which the receiver knows that it is ours and not old, as Standard
/// Webhooks has them (standardwebhooks.com, 1.0.0).
struct Message: Sendable {
    /// The same for each try: a receiver that has seen it has seen it all.
    var id: String
    var body: [UInt8]

    /// What is sent beside the body.
    ///
    /// - Parameters:
    ///   - second: When it is sent, in seconds since 1970: receivers refuse what is old.
    ///   - secret: What they know us by.
    /// - Returns: Names and values.
    func headers(at second: Int64, _ secret: [UInt8]) -> [(String, String)] {
        let signed = Array("\(id).\(second).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret))
        return [
            ("webhook-id", id), ("webhook-timestamp", String(second)),
            ("webhook-signature", "v1," + Data(code).base64EncodedString()),
            ("content-type", "application/json"),
        ]
    }
}
