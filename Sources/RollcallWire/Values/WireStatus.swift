/// Whether an operator lets a service take work.
///
/// Another axis than its state.
public struct WireStatus: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The status with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It may take work.
    public static let enabled = WireStatus(rawValue: "enabled")
    /// It may not; `disabled_reason` says why.
    public static let disabled = WireStatus(rawValue: "disabled")
}
