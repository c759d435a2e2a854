import HTTPTypes
import LivenessCore
import RollcallWire
import Synchronization

/// Tells who asks; what it knows of credentials can be replaced while the daemon runs.
package final class AccessControl: Sendable {
    /// Bytes of a token: longer ones are no tokens.
    private static let longestToken = 512

    private let list: Mutex<AccessList?>
    /// Of the identities that may not send as many requests as they like, by name.
    private let allowances = Mutex<[String: RequestAllowance]>([:])
    /// Nobody needs a credential: what each heartbeat asks first.
    private let isOpen: Atomic<Bool>
    /// Moves with every list that is adopted.
    private let generationCount = Atomic<UInt64>(0)

    /// - Parameter list: Every credential there is; `nil` where nobody needs one.
    package init(_ list: AccessList? = nil) {
        self.list = Mutex(list)
        isOpen = Atomic(list == nil)
    }

    /// Holds from the next request on.
    package func adopt(_ list: AccessList?) {
        self.list.withLock { $0 = list }
        // Who may send how many may have changed: all begin anew.
        allowances.withLock { $0 = [:] }
        isOpen.store(list == nil, ordering: .releasing)
        generationCount.wrappingAdd(1, ordering: .releasing)
    }

    /// Every credential there is, for somebody who keeps what it makes of them until `generation` moves.
    var current: AccessList? { list.withLock { $0 } }

    var generation: UInt64 { generationCount.load(ordering: .acquiring) }

    /// Counts a request of somebody who may send only so many.
    ///
    /// - Returns: Nil where it may be answered, else after how long the next one may.
    func take(_ identity: Identity, at now: Instant) -> Duration? {
        allowance(of: identity, at: now) { $0.take(at: now) }
    }

    /// The same of a request that is not counted yet.
    func wait(of identity: Identity, at now: Instant) -> Duration? {
        allowance(of: identity, at: now) { $0.wait(at: now) }
    }

    private func allowance(
        of identity: Identity,
        at now: Instant,
        _ body: (inout RequestAllowance) -> Duration?
    ) -> Duration? {
        guard let most = identity.requestsPerSecond else { return nil }
        return allowances.withLock { allowances in
            body(&allowances[identity.name, default: RequestAllowance(perSecond: most, at: now)])
        }
    }

    /// Who sent a request with these headers, on a connection with that other end.
    ///
    /// Where a request names a token, that alone counts.
    ///
    /// - Throws: A 401 where there is no credential that counts.
    func identity(
        of fields: HTTPFields,
        _ peer: @autoclosure () -> Peer,
        at now: @autoclosure () -> Timestamp
    ) throws(APIError) -> Identity {
        if isOpen.load(ordering: .acquiring) { return .anybody(at: peer()) }
        guard let list = list.withLock({ $0 }) else { return .anybody(at: peer()) }
        let credential: AccessList.Credential
        if fields[.authorization] != nil || fields[.authToken] != nil {
            guard let token = Self.token(fields), let known = list.credential(of: token) else {
                throw .unauthorized("this token is not known here")
            }
            credential = known
        } else {
            credential = try Self.credential(of: peer(), in: list, at: now())
        }
        if let end = credential.expires, now() >= end {
            throw .unauthorized("the credential of \(credential.identity.name) has expired")
        }
        return credential.identity
    }

    /// What counts for whoever names no token.
    private static func credential(
        of peer: Peer,
        in list: AccessList,
        at now: Timestamp
    ) throws(APIError) -> AccessList.Credential {
        switch peer {
        case .anyone:
            throw .unauthorized("a credential is needed: Authorization: Bearer TOKEN, or a certificate")
        case .holder(let certificate):
            guard !list.hasRevoked(certificate) else { throw .unauthorized("this certificate was revoked") }
            guard now < certificate.notAfter else { throw .unauthorized("this certificate has expired") }
            guard let known = list.credential(of: certificate, at: now) else {
                let names = certificate.names.joined(separator: ", ")
                throw .unauthorized("this certificate is for nobody known here: \(names)")
            }
            return known
        case .user(let user):
            if let known = list.credential(of: user) { return known }
            guard user.isTrusted else {
                throw .unauthorized(
                    user.id == LocalSocket.nobody
                        ? "which user this is the daemon cannot see (PrivateUsers=yes in its unit?)"
                        : "the user with the id \(user.id) is not known here (user: in auth.tokens_file)"
                )
            }
            return AccessList.Credential(proof: .user(id: user.id), identity: .operator(user))
        }
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
