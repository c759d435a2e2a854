import HTTPTypes
import LivenessCore
import RollcallWire
import Synchronization

/// Tells who asks; what it knows of credentials can be replaced while the daemon runs.
package final class AccessControl: Sendable {
    /// Bytes of a token: longer ones are no tokens.
    private static let longestToken = 512

    private let list: Mutex<AccessList?>

    /// - Parameter list: Every credential there is; `nil` where nobody needs one.
    package init(_ list: AccessList? = nil) {
        self.list = Mutex(list)
    }

    /// Holds from the next request on.
    package func adopt(_ list: AccessList?) {
        self.list.withLock { $0 = list }
    }

    /// Who sent a request with these headers.
    ///
    /// - Throws: A 401 where it names no credential that counts.
    func identity(of fields: HTTPFields, at now: Timestamp) throws(APIError) -> Identity {
        guard let list = list.withLock({ $0 }) else { return .anybody }
        guard let token = Self.token(fields) else {
            throw .unauthorized("a credential is needed: Authorization: Bearer TOKEN")
        }
        guard token.utf8.count <= Self.longestToken, let credential = list.credential(of: token) else {
            throw .unauthorized("this token is not known here")
        }
        if let end = credential.expires, now >= end {
            throw .unauthorized("the token of \(credential.identity.name) has expired")
        }
        return credential.identity
    }

    /// `Authorization: Bearer TOKEN`, or as OpenStack's clients say it `X-Auth-Token: TOKEN`.
    private static func token(_ fields: HTTPFields) -> String? {
        guard let authorization = fields[.authorization] else { return fields[.authToken] }
        let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }
}

extension HTTPField.Name {
    /// `X-Auth-Token`.
    fileprivate static let authToken = HTTPField.Name("X-Auth-Token") ?? .authorization
}

extension APIError {
    fileprivate static func unauthorized(_ message: String) -> APIError {
        var error = APIError(.unauthorized, .unauthorized, message)
        error.headers[.wwwAuthenticate] = "Bearer realm=\"rollcall\""
        return error
    }
}
