import HTTPTypes
import LivenessCore
import RollcallWire
import Synchronization

/// Tells who asks; what it knows of credentials can be replaced while the daemon runs.
package final class AccessControl: Sendable {
    /// Bytes of a token: longer ones are no tokens.
    private static let longestToken = 512

    private let list: Mutex<AccessList?>
    /// Nobody needs a credential: what each heartbeat asks first.
    private let isOpen: Atomic<Bool>

    /// - Parameter list: Every credential there is; `nil` where nobody needs one.
    package init(_ list: AccessList? = nil) {
        self.list = Mutex(list)
        isOpen = Atomic(list == nil)
    }

    /// Holds from the next request on.
    package func adopt(_ list: AccessList?) {
        self.list.withLock { $0 = list }
        isOpen.store(list == nil, ordering: .releasing)
    }

    /// Who sent a request with these headers, on a connection on which that certificate was shown.
    ///
    /// Where a request names a token, that alone counts.
    ///
    /// - Throws: A 401 where there is no credential that counts.
    func identity(
        of fields: HTTPFields,
        _ certificate: @autoclosure () -> PeerCertificate?,
        at now: @autoclosure () -> Timestamp
    ) throws(APIError) -> Identity {
        if isOpen.load(ordering: .acquiring) { return .anybody }
        guard let list = list.withLock({ $0 }) else { return .anybody }
        let credential: AccessList.Credential
        if fields[.authorization] != nil || fields[.authToken] != nil {
            guard let token = Self.token(fields), let known = list.credential(of: token) else {
                throw .unauthorized("this token is not known here")
            }
            credential = known
        } else if let certificate = certificate() {
            guard !list.hasRevoked(certificate) else { throw .unauthorized("this certificate was revoked") }
            guard now() < certificate.notAfter else { throw .unauthorized("this certificate has expired") }
            guard let known = list.credential(of: certificate, at: now()) else {
                let names = certificate.names.joined(separator: ", ")
                throw .unauthorized("this certificate is for nobody known here: \(names)")
            }
            credential = known
        } else {
            throw .unauthorized("a credential is needed: Authorization: Bearer TOKEN, or a certificate")
        }
        if let end = credential.expires, now() >= end {
            throw .unauthorized("the credential of \(credential.identity.name) has expired")
        }
        return credential.identity
    }

    /// `Authorization: Bearer TOKEN`, or as OpenStack's clients say it `X-Auth-Token: TOKEN`.
    private static func token(_ fields: HTTPFields) -> String? {
        let token: String
        if let authorization = fields[.authorization] {
            let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
            token = String(words[1])
        } else {
            token = fields[.authToken] ?? ""
        }
        return (1...longestToken).contains(token.utf8.count) ? token : nil
    }
}

extension APIError {
    fileprivate static func unauthorized(_ message: String) -> APIError {
        var error = APIError(.unauthorized, .unauthorized, message)
        error.headers[.wwwAuthenticate] = "Bearer realm=\"rollcall\""
        return error
    }
}
