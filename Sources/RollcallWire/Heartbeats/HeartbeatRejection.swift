/// One heartbeat of a call that was not accepted.
public struct HeartbeatRejection: Hashable, Codable, Sendable {
    /// Its position in the call.
    public var index: Int
    /// Why, for programs.
    public var code: WireErrorCode
    /// Why, for people.
    public var message: String

    /// The rejection of the heartbeat at `index`.
    public init(index: Int, code: WireErrorCode, message: String) {
        self.index = index
        self.code = code
        self.message = message
    }
}
