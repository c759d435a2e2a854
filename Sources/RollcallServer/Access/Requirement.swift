import HTTPTypes

/// What a request takes.
enum Requirement: Equatable, Sendable {
    /// Whoever wants to know whether the daemon lives, or how to speak to it, has no credential yet.
    case nothing
    /// A credential, whatever it is for: what exists is not told to others.
    case credential
    case role(Role)

    /// - Parameters:
    ///   - method: What is to be done.
    ///   - path: The route; `nil` where there is none.
    init(of method: HTTPRequest.Method, at path: String?) {
        let isReading = method == .get || method == .head
        switch path {
        case "/healthz" where isReading, "/readyz" where isReading, "/openapi.yaml" where isReading,
            "/" where isReading, "/page/{asset}" where isReading, "/v2.1" where isReading:
            self = .nothing
        case nil: self = .credential
        case "/v1/heartbeats", "/v1/services/{key}/{binary}/heartbeat": self = .role(.reporter)
        case "/v1/states" where method == .post: self = .role(.reader)
        // What is not named here takes the most.
        default: self = .role(isReading ? .reader : .operator)
        }
    }

    /// Whether somebody whose credential counts has what it takes.
    func isMet(by identity: Identity) -> Bool {
        if case .role(let role) = self { identity.holds(role) } else { true }
    }
}
