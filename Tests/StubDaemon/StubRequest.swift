/// What a stub was asked.
package struct StubRequest: Hashable, Sendable {
    package let method: String
    /// Path and query as they came.
    package let target: String
    /// By lower-case name.
    package let headers: [String: String]
    package let body: String

    /// The method and the target, as in a request line.
    package var line: String { "\(method) \(target)" }

    /// The path as it came.
    package var path: String { String(target.prefix { $0 != "?" }) }
}
