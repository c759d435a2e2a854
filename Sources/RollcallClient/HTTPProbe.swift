/// Asks any HTTP server whether it is well, for an agent's check.
package enum HTTPProbe {
    /// `nil` when the address answers with a status below 400 in time, else what is wrong with it.
    package static func fault(of url: String, within limit: Duration) async -> String? {
        do {
            let status = try await HTTPTransport.status(of: url, within: limit)
            return status < 400 ? nil : "\(url) answered with status \(status)"
        } catch {
            return "\(url): \(HTTPTransport.words(for: error))"
        }
    }
}
