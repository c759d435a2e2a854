/// The answer to `GET /v1/drivers`.
public struct DriversReply: Hashable, Codable, Sendable {
    /// The driver that decides, and those in its shadow.
    public var drivers: [WireDriver]

    /// An answer with these drivers.
    public init(drivers: [WireDriver]) {
        self.drivers = drivers
    }
}
